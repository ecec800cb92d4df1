// Shows how a scanner that types into this page is set, from one scan of a test code: keyboard, speed, end, separator.
import { between, pace } from './scan-burst.js';
import { catcher } from './scan-catch.js';
import { asTyped, endOf, isNameless, keyboard, spelt } from './scan-keys.js';

const OVER = 1500; // ms of silence after which the scan is over, however slow the scanner
const FEW = 8; // strokes that are no scan yet
const GS = '\x1d';
const END = 'end'; // what follows the separator
const STEP = 10; // ms
const SPARE = 1.5; // times the longest pause that was seen

const [codes, layouts, wedge] = ['codes', 'layouts', 'wedge'].map((name) => JSON.parse(document.body.dataset[name]));
const wanted = Object.values(codes).map((code) => code.split(GS)[0]);
const turned = (text) => text.replace(/[a-z]/gi, (c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase()));
const show = (name, chosen) => {
  for (const one of document.querySelectorAll(`[data-${name}]`)) one.hidden = one.dataset[name] !== chosen;
};

// The separator as it came, of a text that is one of the codes; null if it is none.
function separator(text) {
  const bare = text.replace(/^\][A-Za-z]\d/, '');
  const begin = wanted.filter((one) => bare.startsWith(one)).sort((a, b) => b.length - a.length)[0];
  return begin !== undefined && bare.endsWith(END) ? bare.slice(begin.length, -END.length) : null;
}

function found(strokes) {
  const texts = [...Object.entries(layouts).map(([name, keys]) => [name, spelt(strokes, keys)]), ['own', asTyped(strokes)]];
  for (const [layout, text] of texts) {
    for (const caps of [false, true]) {
      const gs = separator(caps ? turned(text) : text);
      if (gs !== null) return { layout, caps, gs };
    }
  }
  return null;
}

// What noren.toml must say, if its present setting does not work.
function toml({ layout, gs }, longest, end) {
  const gap = Math.ceil((SPARE * longest) / STEP) * STEP;
  const lines = [
    wedge.layout !== layout && !(wedge.layout === 'auto' && ['us', 'jp', 'own'].includes(layout)) && layout !== 'own' ? `layout = "${layout}"` : '',
    gap > wedge.gap ? `gap_ms = ${Math.min(gap, 1000)}` : '',
    wedge.suffix !== 'auto' && wedge.suffix !== end ? `suffix = "${end}"` : '',
    gs !== GS && gs !== '' ? `gs = ${JSON.stringify(gs)}` : '',
  ].filter(Boolean);
  return lines.length ? `wedge = { ${lines.join(', ')} }` : '';
}

function tell(strokes, end) {
  const it = found(strokes);
  const longest = Math.max(0, ...between(strokes));
  const write = it && toml(it, longest, end);
  const well = it && !write && it.gs !== '' && !it.caps;
  const cases = it ? ['found', write ? 'write' : '', well ? 'well' : ''] : ['unknown'];
  for (const one of document.querySelectorAll('[data-case]')) one.hidden = !cases.includes(one.dataset.case);
  if (!it) return;
  show('layout', it.layout);
  show('end', end);
  show('gs', it.gs === GS ? 'kept' : it.gs === '' ? 'lost' : 'other');
  document.querySelector('[data-caps]').hidden = !it.caps;
  document.querySelector('[data-pace]').textContent = Math.round(pace(strokes));
  document.querySelector('[data-longest]').textContent = Math.round(longest);
  document.querySelector('[data-toml]').textContent = write ?? '';
  document.querySelector('.result').scrollIntoView({ block: 'nearest' });
}

const keys = keyboard(layouts);
let strokes = [];
let end = 'none';
let ending;
let known = false;

function over() {
  if (strokes.length >= FEW) tell(strokes, end);
  [strokes, end] = [[], 'none'];
  keys.calm();
  catching.clear();
}
function add(stroke) {
  strokes.push(stroke);
  clearTimeout(ending);
  ending = setTimeout(over, OVER);
}
const catching = catcher({
  text: (data, event) => { for (const char of data) add({ at: event.timeStamp, text: char }); },
  isKnown: () => known,
  erased: () => {},
});

addEventListener('keydown', (event) => {
  const last = endOf(event);
  if (last) {
    if (strokes.length < FEW) return; // a person's
    event.preventDefault();
    end = last === '\t' ? 'tab' : 'enter';
    clearTimeout(ending);
    ending = setTimeout(over, OVER / 5);
    return;
  }
  known = !isNameless(event);
  if (!known) return void catching.want();
  if (event.code === 'CapsLock') return void (strokes.length && keys.capsLock());
  const stroke = keys.stroke(event);
  if (!stroke) return;
  event.preventDefault();
  add(stroke);
}, true);
addEventListener('keyup', (event) => {
  known = false;
  const stroke = event.key === 'Alt' ? keys.altUp(event.timeStamp) : null;
  if (stroke) add(stroke);
}, true);
document.documentElement.dataset.ready = document.body.dataset.stamp;
