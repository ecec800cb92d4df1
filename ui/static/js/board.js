// The ready board: fetches its numbers when they change, shows what is new, turns pages calmly.
import { live } from './live.js';
import { sound } from './sound.js';
import { setClock } from './clock.js';
import { cutOff } from './cut.js';
import { renew } from './renew.js';

const READY_MOST = 9; // numbers on a page: three rows still keep 115 px capitals
const MAKING_MOST = 6;
const TURN = 8000; // ms a page stays
const NEW = 60000; // ms a number is highlighted

const root = document.documentElement;
const { version, stamp } = document.body.dataset;
let known = null; // numbers seen so far, with the time each came; none is new on the first look
let cut = false;
let page = 0;
let asked = 0;

function turn(list, most) {
  const pages = Math.max(1, Math.ceil(list.length / most));
  list.forEach((item, at) => { item.hidden = Math.floor(at / most) !== page % pages; });
  return pages;
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
  const pages = turn(numbers, READY_MOST);
  const grid = document.querySelector('.grid');
  if (grid) grid.dataset.rows = numbers.length > 6 ? '3' : '2';
  turn([...document.querySelectorAll('.list li')], MAKING_MOST);
  const dots = document.querySelector('.dots');
  dots.replaceChildren(...(pages > 1 ? Array.from({ length: pages }, (_, at) => {
    const dot = document.createElement('i');
    dot.className = at === page % pages ? 'on' : '';
    return dot;
  }) : []));
}

// The numbers as they stand now; a slower answer to an earlier question is dropped.
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
    if (came) page = 0; // what is new stands first
    lay();
    if (came) sound.ready();
  } catch {
    // the stream tells again when it is back; until then the amber bar says since when
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
    if (beat.time) setClock(beat.time);
    if (beat.version && beat.version !== version) renew(beat.version);
  },
  on: (kind) => { if (kind === 'orders') fetchNumbers(); },
});
setInterval(() => {
  page += 1;
  lay();
}, TURN);
lay();
root.dataset.ready = stamp;
