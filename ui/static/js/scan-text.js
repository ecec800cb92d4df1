// What a code's own text shows: whether it is whole, and on which keyboard it was typed. Like edge/codes/completeness.py and
// edge/codes/keyboard_layouts.py, which decide in the end; here only clear pieces are distinguished from possible codes.
export const LOST = '\x1a'; // a key that has no character on this keyboard
const AIM = /^\](?:[A-Za-z][0-9]|z[A-C])/;
const TELLING = /^(?:noren:|https?:\/\/)/;
const HOUSE = /^noren:(?:p:[\w.-]{1,64}:[\w-]{1,128}|o:[\w.-]{1,64}|at:[a-z]\w{0,31}:[\w.-]{1,64}|test:.*)$/;
const TOKEN = /^eyJ[\w-]+\.[\w-]+\.[\w-]{86}$/; // header, claims, and 64 bytes of signature
const NW7 = /^(?:[A-D][\d$:/.+-]{4,}[A-D]|[a-d][\d$:/.+-]{4,}[a-d])$/; // start and stop letters, which no piece has
// a line that is a code by itself, and none of a business card; as firmware_bridge/framing/terminator_learning.py
const ALONE = /^(?:\][A-Za-z]\d.*|\d+|[A-ENT*a-ent][\d$:/.+-]{3,}[A-ENT*a-ent]|(?=(?:\D*\d){3})[\dA-Z*][\dA-Z./$+%*_-]{3,}|(?:noren:|https?:\/\/)[!-~]+|eyJ[!-~]+)$/;
const TURNED = /^(?:NOREN:|EYj)/; // letters that Caps Lock has turned
const KANA = /^[\u3041-\u30ff]+$/; // what an input method makes of digits and letters

export function mod10(digits) {
  let sum = 0;
  for (let at = digits.length - 1, weight = 1; at >= 0; at -= 1, weight = 4 - weight) sum += Number(digits[at]) * weight;
  return sum % 10 === 0;
}

// A check digit or a scheme holds that a piece of a code would break (a check digit alone: nine times in ten).
export function looksWhole(text) {
  const bare = text.replace(AIM, '');
  if (/^(?:\d{8}|\d{12,14})$/.test(bare)) return mod10(bare);
  if (/^01\d{14}/.test(bare)) return mod10(bare.slice(2, 16));
  return HOUSE.test(bare) || TOKEN.test(bare) || NW7.test(bare);
}

export const standsAlone = (line) => ALONE.test(line) || looksWhole(line);

// `after`, read directly after `before`, is the rest of a code that was cut between the two.
export function isTail(before, after) {
  if (!before || !after || AIM.test(after) || !looksWhole(before + after)) return false;
  return !(looksWhole(after) && (looksWhole(before) || after.startsWith(before)));
}

export const isMadeKana = (text) => KANA.test(text);

// The keyboard's name and the text on it, of a text for each keyboard, the most likely first.
export function typedOn(texts) {
  const possible = Object.entries(texts).filter(([, text]) => !text.includes(LOST));
  const told = possible.find(([, text]) => TELLING.test(text) || AIM.test(text)) ?? possible[0] ?? Object.entries(texts)[0];
  const [layout, text] = told;
  if (!TURNED.test(text)) return { layout, text };
  return { layout, text: text.replace(/[a-z]/gi, (c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())) };
}
