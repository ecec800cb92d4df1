// Keyboard-wedge scanners: distinguishes a scanner's burst from a person's typing, and keeps its text, whole or not at all.
import { SHORTEST, judge, pace } from './scan-burst.js';
import { FIELD, catcher } from './scan-catch.js';
import { asTyped, endOf, isNameless, keyboard, spelt } from './scan-keys.js';
import { remains } from './scan-rest.js';
import { LOST, isMadeKana, looksWhole, standsAlone, typedOn } from './scan-text.js';

const LONGEST = 8192; // strokes
const HOLD = 1500; // ms of silence until a burst without an end is over, if scanners here send an end or it is unknown
const SURE = 2; // bursts in a row with the same end after which it is known
const SETTLE = [60, 400]; // ms after Enter or Tab until it is the code's end: three keys of this scanner's pace
const SPACE = 30; // ms beyond the gap until a Space that might have begun a burst was a person's
const PAUSE = 250; // ms after which what was typed into a field before is not the scan's
const PRESSED_BY_SPACE = 'button, summary, [role=button], [role=checkbox], input[type=checkbox], input[type=radio], input[type=submit]';

const CALM = { gap: 170, silence: 500, suffix: 'auto', layout: 'auto', layouts: {}, typing: false };

// took(text, { layout, caps }) for each code; broken(why) if one was received only in part or wrong:
// cut, keys (its keyboard is none we know), no_text (keys without a name, and no text came), kana.
export function scanner(took, broken, settings = {}) {
  const { gap, silence, suffix, layout, layouts, typing } = { ...CALM, ...settings };
  const keys = keyboard(layouts);
  let strokes = [];
  let ending; // the timer that ends the burst
  let into = null; // the field the burst began in, and its content before
  let before = '';
  let nameless = 0; // keys whose text has not come
  let known = false; // the last key pressed explains the text that follows
  let caps = false;
  let swallowed = new Set(); // keys that were kept from the page and are still down
  let space = null; // the control a first Space would press
  let learned = suffix === 'auto' ? null : suffix; // enter, tab or none
  let agreed = suffix === 'auto' ? 0 : SURE;
  let other = null;
  const rest = remains();

  const read = (some) => typedOn({
    ...Object.fromEntries(Object.entries(layouts).map(([name, map]) => [name, spelt(some, map)])),
    own: asTyped(some),
  });
  const plain = (some) => read(some.filter(({ end }) => !end)).text;
  const how = () => ({ gap, typing, field: into !== null });
  const last = () => strokes.at(-1);
  const isSure = () => agreed >= SURE;

  const clear = () => {
    clearTimeout(ending);
    strokes = [];
    into = null;
    nameless = 0;
    caps = false;
    space = null;
    keys.calm();
    catching.clear();
  };
  const giveBack = () => {
    if (!into) return;
    into.value = before; // a field gives back what the scanner typed into it
    into.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const fail = (why, text, end) => {
    if (why === 'cut') rest.broke(text, end);
    else rest.forget();
    giveBack();
    clear();
    broken(why);
  };
  const learn = (end) => {
    if (suffix !== 'auto') return;
    if (end === learned) [agreed, other] = [agreed + 1, null];
    else if (learned === null || other === end) [learned, agreed, other] = [end, 1, null];
    else other = end;
  };

  // The codes of a burst, one after the other, without the rest of one that broke.
  const tell = async (codes, began, about) => {
    const mine = codes.filter((code) => !rest.isRest(code, began));
    mine.forEach(rest.took);
    if (mine.length < codes.length) broken('cut');
    for (const code of mine) await took(code, about);
  };

  // The burst is over; `end` is what ended it: enter, tab, or none (silence).
  const finish = (end) => {
    const done = strokes;
    while (done.length && done.at(-1).end) done.pop();
    if (nameless && done.length + nameless >= SHORTEST) return fail('no_text', plain(done));
    const verdict = judge(done, plain, how());
    if (verdict.is === 'typing') return clear();
    const { layout: on, text } = read(verdict.strokes);
    if (verdict.is === 'broken') return fail('cut', text, end);
    if (text.includes(LOST)) return fail('keys', text);
    if (isMadeKana(text)) return fail('kana', text);
    if (end === 'none' && isCut(text)) {
      if (suffix === 'auto') [other, agreed] = ['none', Math.min(agreed, SURE - 1)]; // the next one like it is taken
      return fail('cut', text, end);
    }
    learn(end);
    const lines = verdict.strokes.some(({ end: inner }) => inner) ? text.split(/[\r\n\t]+/) : [text];
    const codes = lines.every(standsAlone) ? lines : [text]; // several scans, or one with lines inside
    const about = { layout: layout === 'auto' || on === layout ? '' : on, caps };
    const [{ at: began }] = verdict.strokes;
    giveBack();
    clear();
    tell(codes, began, about);
  };
  // Silence ended it: if scanners here send an end, or it is unknown, only a code that proves itself is surely whole.
  const isCut = (text) => {
    if (learned === 'none') return false;
    if (isSure()) return !(looksWhole(text) && text.length > 8);
    return other !== 'none' && /^\d+$/.test(text) && !looksWhole(text);
  };

  const arm = (ms, end) => {
    clearTimeout(ending);
    ending = setTimeout(() => finish(end), ms);
  };
  const add = (stroke, target, was) => {
    if (into && strokes.length && stroke.at - last().at > PAUSE && judge(strokes, plain, how()).is === 'typing') clear();
    if (strokes.length === 0) {
      into = target?.matches?.(FIELD) && !catching.is(target) ? target : null;
      before = was ?? into?.value ?? '';
    }
    strokes.push(stroke);
    if (strokes.length > LONGEST) strokes.shift();
    arm(learned === 'none' ? silence : HOLD, 'none');
  };
  const isBurst = (at) => {
    const mine = strokes.filter(({ end }) => !end);
    if (mine.length === 0) return false;
    if (last().end) return true;
    if (mine.length === 1) return !into && at - last().at <= gap;
    const verdict = judge(mine, plain, how());
    return verdict.is !== 'typing' || (!into && pace(mine) <= (typing ? Math.min(gap, 60) : gap));
  };
  const keep = (event) => { // from the page
    event.preventDefault();
    event.stopImmediatePropagation();
    swallowed.add(event.code);
  };

  const catching = catcher({
    text(data, event, was) {
      const chunk = data.length > 1;
      const at = event.timeStamp;
      for (const char of data) {
        nameless = Math.max(0, nameless - 1);
        add({ at, text: char, chunk }, event.target, was);
      }
    },
    isKnown: () => known,
    erased: () => { if (into) clear(); },
  });

  addEventListener('keydown', (event) => {
    const at = event.timeStamp;
    if (event.repeat) {
      if (swallowed.has(event.code)) keep(event);
      return;
    }
    if (event.code === 'CapsLock') return void (strokes.length && keys.capsLock());
    const end = endOf(event);
    if (end) {
      if (!isBurst(at) && !nameless) return void (strokes.length && clear()); // a person's
      keep(event); // the burst's own Enter presses no button and submits no form
      known = true;
      const three = 3 * pace(strokes.filter(({ end: inner }) => !inner));
      if (strokes.length) strokes.push({ at, end: true, text: end });
      return void arm(Math.min(Math.max(three, SETTLE[0]), SETTLE[1]), end === '\t' ? 'tab' : 'enter');
    }
    known = !isNameless(event);
    if (!known) {
      catching.keep(event.target);
      nameless += 1;
      if (!event.target?.matches?.(FIELD) || catching.is(event.target)) catching.want();
      arm(HOLD, 'none');
      return;
    }
    const stroke = keys.stroke(event);
    if (keys.isNumbering()) event.preventDefault();
    if (!stroke) return;
    if (stroke.control && strokes.length === 0 && event.code !== 'BracketRight' && event.code !== 'Backslash') return; // a shortcut
    if (event.getModifierState?.('CapsLock')) caps = true;
    const first = strokes.length === 0;
    add(stroke, event.target);
    if (into) return;
    const pressed = event.code === 'Space' && first ? event.target?.closest?.(PRESSED_BY_SPACE) : null;
    if (pressed) { // a person's, unless a burst follows it
      space = pressed;
      setTimeout(() => {
        if (space !== pressed || strokes.length !== 1) return;
        clear();
        pressed.click();
      }, gap + SPACE);
    }
    event.preventDefault();
    swallowed.add(event.code);
  }, true);
  addEventListener('keyup', (event) => {
    known = false;
    if (event.key === 'Alt') {
      const stroke = keys.altUp(event.timeStamp);
      if (stroke) {
        event.preventDefault();
        add(stroke, event.target);
      }
    }
    if (swallowed.delete(event.code)) event.preventDefault(); // a Space acts when it comes up
  }, true);
}
