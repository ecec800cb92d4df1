// The ready board: fetches its numbers when they change, shows what is new, turns pages calmly.
import { live } from './live.js';
import { sound } from './sound.js';
import { setClock } from './clock.js';
import { cutOff } from './cut.js';
import { mendFonts } from './fonts.js';
import { renew } from './renew.js';

const ROW = 5.4; // rem of a row of ready numbers: 115 px capitals and air
const AGAIN = 60000; // ms between looks at the numbers though nothing has changed: one may have been there long enough
const TURN = 8000; // ms a page stays
const MARKS = 6; // pages that are marked one by one; of more the number says enough
const NEW = 60000; // ms a number is highlighted

const root = document.documentElement;
const { version, stamp } = document.body.dataset;
let known = null; // numbers seen so far, with the time each came; none is new on the first look
let cut = false;
let page = 0;
let asked = 0;

// How many fit: of ready numbers by the least height of a row, of the others by the height they have.
function most(list, row) {
  const style = getComputedStyle(list);
  const gap = parseFloat(style.rowGap) || 0;
  const rows = Math.max(1, Math.floor((list.clientHeight + gap) / (row + gap)));
  return { rows, cols: style.gridTemplateColumns.split(' ').length };
}

// Shows the page that is due, and marks which of how many it is.
function turn(items, fits, dots) {
  const pages = Math.max(1, Math.ceil(items.length / fits));
  const at = page % pages;
  items.forEach((item, n) => { item.hidden = Math.floor(n / fits) !== at; });
  if (pages === 1) return dots.replaceChildren();
  const marks = Array.from({ length: pages <= MARKS ? pages : 0 }, (_, n) => {
    const dot = document.createElement('i');
    dot.className = n === at ? 'on' : '';
    return dot;
  });
  return dots.replaceChildren(...marks, `${at + 1}/${pages}`);
}

function lay() {
  const numbers = [...document.querySelectorAll('.n')];
  const now = performance.now();
  known ??= new Map(numbers.map((item) => [item.dataset.number, -Infinity]));
  for (const item of numbers) {
    const { number } = item.dataset;
    if (!known.has(number)) known.set(number, now);
    item.classList.toggle('new', !cut && now - known.get(number) < NEW);
  }
  const rem = parseFloat(getComputedStyle(root).fontSize);
  const grid = document.querySelector('.grid');
  if (grid) {
    const { rows, cols } = most(grid, ROW * rem);
    turn(numbers, rows * cols, document.querySelector('.ready .dots'));
    grid.style.gridTemplateRows = `repeat(${Math.max(Math.min(2, rows), Math.min(rows, Math.ceil(numbers.length / cols)))}, minmax(0, 1fr))`;
  }
  const others = [...document.querySelectorAll('.list li')];
  for (const item of others) item.hidden = false;
  if (others.length) {
    const { rows, cols } = most(document.querySelector('.list'), Math.max(...others.map((item) => item.offsetHeight)));
    turn(others, rows * cols, document.querySelector('.making .dots'));
  }
}

// The present numbers; a slower answer to an earlier request is dropped.
async function fetchNumbers() {
  const mine = ++asked;
  try {
    const reply = await fetch('/board/numbers', { redirect: 'error' });
    const html = await reply.text();
    if (mine !== asked || !reply.ok || !reply.headers.has('Noren-Page')) return;
    const made = new DOMParser().parseFromString(html, 'text/html').querySelector('.cols');
    const there = new Set([...made.querySelectorAll('.n')].map((item) => item.dataset.number));
    const came = known && [...there].some((number) => !known.has(number));
    for (const number of [...(known?.keys() ?? [])]) if (!there.has(number)) known.delete(number);
    document.querySelector('.cols').replaceWith(document.adoptNode(made));
    if (came) page = 0; // what is new comes first
    lay();
    if (came) sound.ready();
  } catch {
    // the stream sends a new event when it is back; until then the amber bar shows since when
  }
}

const heard = cutOff((since) => {
  cut = since !== null;
  document.querySelector('#say').hidden = cut;
  document.querySelector('#stale').hidden = !cut;
  for (const time of document.querySelectorAll('[data-cut]')) time.textContent = since ?? '';
  lay();
});

live('board', {
  heard: (beat) => {
    heard();
    mendFonts();
    if (beat.time) setClock(beat.time);
    if (beat.version && beat.version !== version) renew(beat.version);
  },
  on: (kind) => { if (kind === 'orders') fetchNumbers(); },
});
setInterval(fetchNumbers, AGAIN);
addEventListener('resize', lay);
setInterval(() => {
  page += 1;
  lay();
}, TURN);
lay();
root.dataset.ready = stamp;
