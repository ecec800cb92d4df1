// Distinguishes the rest of a broken code from the next code: a scanner's stall ends by itself, a person has to scan again.
import { isTail, looksWhole } from './scan-text.js';

const RESCAN = 10_000; // ms in which what follows a broken burst is compared with it
const HAND = 1000; // ms from being asked for it until somebody has scanned once more

export function remains() {
  const usual = new Set(); // lengths of the codes that were taken here: most cards of a chain are as long as the last
  let piece = null; // { text, at }

  return {
    // A burst broke. Only if silence ended it, more of it can come: after its own end there is nothing.
    broke: (text, end) => { piece = end === 'none' ? { text, at: performance.now() } : null; },
    forget: () => { piece = null; },
    took: (text) => usual.add(text.length),
    // Whether a text, whose first key came at `began`, is the rest of the burst that broke before it.
    isRest(text, began) {
      const { text: head, at } = piece ?? { at: -Infinity };
      piece = null;
      if (began - at > RESCAN) return false;
      if (isTail(head, text)) return true;
      if (text.startsWith(head) || looksWhole(text)) return false;
      if (usual.has(head.length + text.length)) return true;
      return !usual.has(text.length) && began - at < HAND;
    },
  };
}
