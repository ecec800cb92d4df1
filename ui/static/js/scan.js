// Keyboard-wedge scanners: tells a scanner's burst from a person's typing, and keeps what it spelt.
// It reads event.code (the key's place), so that a Japanese IME or another layout cannot change the value.
const SHORTEST = 4; // characters
const LONGEST = 8192;
const SILENCE = 120; // ms that end a burst without Enter or Tab
const GS = '\x1d';
const KEYS = {
  Minus: '-_', Equal: '=+', BracketLeft: '[{', BracketRight: ']}', Backslash: '\\|', Semicolon: ';:',
  Quote: '\'"', Comma: ',<', Period: '.>', Slash: '/?', Backquote: '`~', Space: '  ',
  NumpadAdd: '++', NumpadSubtract: '--', NumpadMultiply: '**', NumpadDivide: '//', NumpadDecimal: '..',
};
const OVER_DIGITS = ')!@#$%^&*(';

// The character a key stands for on the US layout every wedge speaks; GS comes as F8 or Ctrl+].
function character({ code, shiftKey, ctrlKey }) {
  if (code === 'F8' || (ctrlKey && code === 'BracketRight')) return GS;
  if (ctrlKey) return null;
  if (/^Key[A-Z]$/.test(code)) return shiftKey ? code[3] : code[3].toLowerCase();
  if (/^Digit\d$/.test(code)) return shiftKey ? OVER_DIGITS[code[5]] : code[5];
  if (/^Numpad\d$/.test(code)) return code[6];
  return KEYS[code]?.[shiftKey ? 1 : 0] ?? null;
}

const field = (target) => (target?.matches?.('input, textarea') ? target : null);

// took(text) for each burst; gap: the longest pause between two of its keys, in ms.
export function scanner(took, { gap = 60 } = {}) {
  let spelt = '';
  let at = -Infinity;
  let ending;
  let into = null; // the field the burst began in, and what stood there before
  let before = '';

  const finish = () => {
    clearTimeout(ending);
    const code = spelt;
    spelt = '';
    if (code.length < SHORTEST) return false;
    if (into) {
      into.value = before; // a field gives back what the scanner typed into it
      into.dispatchEvent(new Event('input', { bubbles: true }));
    }
    took(code);
    return true;
  };
  addEventListener('keydown', (event) => {
    if (event.altKey || event.metaKey || event.repeat) return;
    const running = event.timeStamp - at <= gap;
    if (!running) spelt = '';
    if (['Enter', 'NumpadEnter', 'Tab'].includes(event.code)) {
      if (spelt.length >= SHORTEST) {
        event.preventDefault(); // the burst's own Enter presses no button and submits no form
        event.stopImmediatePropagation();
        finish();
      }
      return;
    }
    const char = character(event);
    if (char === null) return;
    at = event.timeStamp;
    if (spelt === '') {
      into = field(event.target);
      before = into?.value ?? '';
    }
    spelt = (spelt + char).slice(-LONGEST);
    // a lone Space still presses a button: only one inside a burst is the scanner's
    if (!into && (running || char !== ' ')) event.preventDefault();
    clearTimeout(ending);
    ending = setTimeout(finish, SILENCE);
  }, true);
}
