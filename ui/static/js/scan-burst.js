// A run of strokes judged by its timing: a scanner's, a person's, or one that broke.
import { looksWhole } from './scan-text.js';

export const SHORTEST = 4; // characters of a code
const PIN = 7; // characters from which slow keys on a page where people type may be a scanner: a PIN has 6 at most
export const FAST = 60; // ms a key: no person is so quick
const OTHER = 1.5; // times as slow is another hand: what it typed is not the beginning of the scan
const PAUSE = 250; // ms between two keys that part a run, if the others are much quicker

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

export const between = (strokes) => strokes.slice(1).map(({ at }, nth) => at - strokes[nth].at);

// ms a key, 0 if there is only one.
export const pace = (strokes) => (strokes.length < 2 ? 0 : median(between(strokes)));

// Machines keep time; people's pauses differ by half of themselves.
function isEven(strokes) {
  const gaps = between(strokes).sort((a, b) => a - b);
  const at = (share) => gaps[Math.floor(share * (gaps.length - 1))];
  return at(0.9) - at(0.1) <= 0.45 * at(0.5) + 15;
}

// The parts of a run that are parted by pauses far longer than its keys' own.
function parts(strokes) {
  const gaps = between(strokes);
  const limit = Math.max(PAUSE, 4 * pace(strokes));
  const cuts = gaps.flatMap((gap, nth) => (gap > limit ? [nth + 1] : []));
  return [0, ...cuts].map((from, nth) => strokes.slice(from, cuts[nth]));
}

// Whether such a part is a scanner's. `typing`: people type on this page too; `field`: into a field.
function isScanners(strokes, text, { gap, typing, field }) {
  const ms = pace(strokes);
  const fast = ms <= Math.min(FAST, gap);
  const whole = looksWhole(text);
  if (field) return strokes.some(({ chunk }) => chunk) ? whole : fast || (ms <= gap && whole && isEven(strokes));
  if (!typing) return ms <= gap || (whole && ms <= 2 * gap);
  return fast || (ms <= gap && (whole || (strokes.length >= PIN && isEven(strokes))));
}

// 'scan' with its strokes, 'typing', or 'broken'. read(strokes) spells them.
export function judge(strokes, read, how) {
  const peopleType = how.typing || how.field;
  const found = parts(strokes);
  const mine = (part) => part.length > 1 && isScanners(part, read(part), how);
  const isSlower = (part, next) => part.length > 1 && next.length > 1 && pace(part) > OTHER * pace(next);
  if (!looksWhole(read(strokes))) {
    while (found.length > 1 && !mine(found[0]) && isSlower(found[0], found[1])) found.shift(); // a person, before the scan
  }
  const [head, ...rest] = found;
  const all = found.flat();
  const whole = looksWhole(read(all));
  const likely = found.some((part) => mine(part) && (!peopleType || part.length >= SHORTEST));
  if (!likely && !(isScanners(all, read(all), how) && (!rest.length || whole))) return { is: 'typing' };
  if (all.length < SHORTEST) return { is: peopleType || all.length < 2 ? 'typing' : 'broken', strokes: all };
  if (!rest.length || whole) return { is: 'scan', strokes: all };
  if (how.field) return { is: 'typing' };
  if (head.length === 1 && looksWhole(read(rest.flat()))) return { is: 'scan', strokes: rest.flat() };
  return { is: found.every(mine) ? 'scan' : 'broken', strokes: all };
}
