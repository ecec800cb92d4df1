// From key events to strokes: what each key may mean, on every keyboard the scanner may be set to.
// A stroke is { at, place, shift, control, text }: the key's place (event.code, which no input method changes) with what
// was held, or the text that came without a key we know.
import { LOST } from './scan-text.js';

export const GS = '\x1d';
const ENDS = { Enter: '\r', NumpadEnter: '\r', Tab: '\t' };

export const endOf = ({ code, key, ctrlKey, altKey }) => {
  if (ctrlKey || altKey) return null;
  return ENDS[code] ?? (code === '' || code === 'Unidentified' ? ENDS[key] ?? null : null);
};

// A key that is no key: its text comes by an input event (Android), if there is a field for it.
export const isNameless = ({ code, key, keyCode }) => (!code || code === 'Unidentified')
  && (key === 'Unidentified' || key === 'Process' || keyCode === 229);

// The character of a place on a keyboard; LOST if it has none there.
function onKeyboard({ place, shift, control, turned, text }, keys) {
  if (text !== undefined) return text;
  const pair = keys[place];
  if (!pair) return LOST;
  const letter = /^Key/.test(place);
  const char = pair[(letter ? shift !== turned : shift) ? 1 : 0];
  if (!char) return LOST;
  return control ? String.fromCharCode(char.toUpperCase().charCodeAt(0) & 0x1f) : char; // Ctrl+] is GS, Ctrl+M is CR
}

// As the browser's own keyboard has it: right if scanner and tablet are set to the same one, whichever that is.
export const asTyped = (strokes) => strokes.map(({ text, key, control }) => text ?? (control ? LOST : key ?? LOST)).join('');

export const spelt = (strokes, keys) => strokes.map((stroke) => onKeyboard(stroke, keys)).join('');

// Keeps what is held and half typed; stroke(event) is a stroke, or null for a key that is no part of a code.
export function keyboard(layouts) {
  const places = new Set(Object.values(layouts).flatMap(Object.keys));
  let number = ''; // typed on the keypad while Alt is held: a character by its number
  let turned = false; // the scanner itself has pressed Caps Lock

  return {
    calm() { turned = false; number = ''; },
    capsLock() { turned = !turned; },
    stroke({ code, key, shiftKey, ctrlKey, altKey, metaKey, timeStamp: at }) {
      if (metaKey) return null;
      if (altKey) {
        if (/^Numpad\d$/.test(code)) number += code[6];
        return null;
      }
      if (code === 'F8') return { at, text: GS };
      if (places.has(code)) {
        if (ctrlKey && !/^(?:Key[A-Z]|Bracket|Backslash|Digit6|Minus|Equal)/.test(code)) return null;
        return { at, place: code, shift: shiftKey, control: ctrlKey, turned, key: key?.length === 1 ? key : undefined };
      }
      if (!ctrlKey && !code && key?.length === 1) return { at, text: key };
      return null;
    },
    altUp(at) {
      const char = number ? String.fromCharCode(Number(number) & 0xff) : null;
      number = '';
      return char ? { at, text: char } : null;
    },
    isNumbering: () => number !== '',
  };
}
