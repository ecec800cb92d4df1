// The clerk's screen: links and forms are swapped in, scans open or tick what they name, and nobody's session stays open.
import { live } from './live.js';
import { morph } from './morph.js';
import { scanner } from './scan.js';
import { idle } from './idle.js';
import { sound } from './sound.js';
import { setClock } from './clock.js';
import { cutOff } from './cut.js';
import { mendFonts } from './fonts.js';
import { dialogs, handOver, pieceOf, setTick, showTicked } from './staff-hand.js';
import { chooseReturned, returnForm } from './staff-returns.js';
import { pinPad } from './staff-pin.js';
import { askHq } from './ask.js';
import { renew } from './renew.js';
import { shield } from './shield.js';
import './status.js';

const TOLD = 6000; // ms a line about a scan stays
const FRESH = 30000; // ms after which waiting times are fetched anew
const PATIENCE = 20000; // ms after which a request counts as lost: a box that is busy answers sooner
const TOUCH = 20000; // ms between two signs of life to the box

const root = document.documentElement;
const { base, station, last, version, stamp, wedge, again } = document.body.dataset;
const page = () => document.querySelector('#page');
const isSigned = () => 'signed' in page().dataset;

let address = location.href;
let asked = 0; // number of the last question; an answer to an earlier one is dropped
let refreshed = 0; // number of the last refresh
let due = false; // something has changed while a question was under way
let busy = false; // a form is under way
let going = 0; // questions under way
let newest = version;
let telling;
let lastTouch = performance.now();

// Show or hide one of the lines above the page, which makes room for it: what is touched in that moment was aimed at before.
function news(id, on) {
  const line = document.querySelector(id);
  if (line.hidden === !on) return;
  line.hidden = !on;
  shield(page());
}

function say(text, how) {
  document.querySelector('#toast span').textContent = text;
  news('#toast', true);
  clearTimeout(telling);
  telling = setTimeout(() => news('#toast', false), TOLD);
  sound[how]?.();
}

function settle() {
  const { title, lang } = page().dataset;
  document.title = title;
  root.lang = lang;
  pinPad(page());
  handOver(page(), go);
  returnForm(page());
  askHq(page(), root.lang);
}

// Put the page of an answer in; false when the answer is no page of ours.
function put(html, url) {
  const made = new DOMParser().parseFromString(html, 'text/html').querySelector('#page');
  if (!made) return false;
  const here = document.activeElement?.id;
  page().replaceWith(document.adoptNode(made));
  address = url;
  history.replaceState(null, '', url); // no trail: Back leads to no customer's name
  for (const id of ['#lost', '#toast']) news(id, false); // of the page before
  settle();
  if (here) document.getElementById(here)?.focus({ preventScroll: true });
  arm();
  return true;
}

function lost() {
  news('#lost', true);
  sound.no();
}

async function ask(url, options = {}) {
  const reply = await fetch(url, { ...options, signal: AbortSignal.timeout(PATIENCE) });
  if (!reply.headers.has('Noren-Page')) throw new Error(`${reply.status} for ${url}`);
  return reply;
}

async function go(url, options) {
  const mine = ++asked;
  lastTouch = performance.now();
  going += 1;
  try {
    const reply = await ask(url, options);
    const json = reply.headers.get('Content-Type').startsWith('application/json');
    const body = json ? await reply.json() : await reply.text();
    if (mine !== asked) return;
    if (json) told(body);
    else if (!put(body, reply.url)) lost();
  } catch {
    if (mine === asked) lost();
  } finally {
    going -= 1;
    if (due && !going) {
      due = false;
      refresh();
    }
  }
}

// Ticks go to the box one after the other: the answer to the last one is how the order stands.
let ticking = Promise.resolve();
const inTurn = (work) => { ticking = ticking.then(work); };
const press = (piece) => inTurn(() => setTick(page(), piece, go));

async function scanned({ gtin, done, wrong }) {
  if (chooseReturned(page(), { gtin, done, wrong }, (text, how) => (text ? say(text, how) : sound[how]()))) return;
  const found = pieceOf(page(), gtin);
  if (typeof found === 'string') return say(found === 'again' ? done : wrong, 'no');
  await setTick(page(), found, go, gtin);
  if (found.getAttribute('aria-checked') === 'true') sound.ok();
  const back = page().querySelector('#back');
  if (back && !back.querySelector('.primary').disabled) send(back); // the last piece that was read has put it back
}

function told({ do: what, text, sound: how, ...more }) {
  if (what === 'say') say(text, how);
  if (what === 'tick') inTurn(() => scanned(more));
  if (what === 'open') inTurn(() => go(more.url).then(() => scanned(more)));
  if (what === 'ticked') showTicked(page(), more);
}

async function send(form, button) {
  if (busy) return;
  busy = true;
  try {
    const body = new URLSearchParams(new FormData(form, button));
    body.set('lang', root.lang);
    await (form.method === 'get' ? go(`${form.action.split('?')[0]}?${body}`) : go(form.action, { method: 'POST', body }));
  } finally {
    busy = false;
  }
}

document.addEventListener('submit', (event) => {
  event.preventDefault();
  send(event.target, event.submitter);
});

document.addEventListener('click', (event) => {
  const piece = event.target.closest('[data-tick] [data-piece]');
  if (piece) press(piece);
  dialogs(page(), event.target);
  if (event.target.closest('[data-print]')) print();
  const link = event.target.closest('a[href]');
  if (link && new URL(link.href).pathname.startsWith(`${base}`) && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    go(link.href);
  }
});

const isStep = '#hand, #ready, #back'; // the forms that an order's next step is asked with

// What somebody has typed or chosen and not sent yet, each with what the box had filled in.
function touched() {
  return [...page().querySelectorAll('input:not([type=hidden], [type=search]), select')].filter((one) => {
    if (one.options) return [...one.options].some((option) => option.selected !== option.defaultSelected);
    return one.matches('[type=checkbox], [type=radio]') ? one.checked !== one.defaultChecked : one.value !== one.defaultValue;
  }).map((field) => ({ field, filled: field.defaultValue }));
}

function note(name, after, value = '') {
  const words = document.querySelector(`#${name}`).content.firstElementChild.cloneNode(true);
  if (after?.nextElementSibling?.dataset.own === name) after.nextElementSibling.remove();
  for (const place of words.querySelectorAll('[data-value]')) place.textContent = value;
  after?.after(words);
}

// What has changed under a clerk's hands is said beside it: a step that is no longer there, another value for what they typed.
function sayConflicts(before, step) {
  const now = page().querySelector(isStep)?.id;
  if (step && now !== step) {
    note('changed', page().querySelector('.facts'));
    shield(page());
    sound.no();
  }
  for (const { field, filled } of before) {
    if (field.isConnected && field.type === 'text' && field.defaultValue !== filled && field.defaultValue !== field.value) note('beside', field, field.defaultValue);
  }
}

// The same page with what has changed; what somebody is in the middle of on it stays as it is.
async function refresh() {
  const mine = asked;
  if (!isSigned()) return;
  if (going) {
    due = true; // what the box answers now may be from before what is under way
    return;
  }
  const at = ++refreshed;
  try {
    const reply = await ask(address, { headers: { 'Noren-Quiet': '1' } });
    const html = await reply.text();
    if (at !== refreshed) return;
    if (mine !== asked) return void refresh();
    const made = new DOMParser().parseFromString(html, 'text/html').querySelector('#page');
    if (!made) return;
    if ('signed' in made.dataset) {
      const [before, step] = [touched(), page().querySelector(isStep)?.id];
      morph(page(), made);
      settle();
      sayConflicts(before, step);
    } else {
      page().replaceWith(document.adoptNode(made));
      settle();
    }
  } catch {
    // the stream tells again when it is back; until then the amber bar says since when
  }
}

// Leave no name behind on the screen.
function cover() {
  const words = document.querySelector('#locked').content.cloneNode(true);
  const empty = document.createElement('div');
  empty.id = 'page';
  Object.assign(empty.dataset, { title: document.title, lang: root.lang, live: '' });
  empty.append(words);
  page().replaceWith(empty);
  document.querySelector('#idle').hidden = true;
  news('#toast', false);
}

// Nobody has touched the page: first the screen, then the box.
function lock() {
  cover();
  locking = true;
  away();
}

// Sessions have begun or ended, perhaps this page's: by a badge, at another page of this browser, at headquarters.
async function stillSignedIn() {
  const { signed } = page().dataset;
  if (signed === undefined || locking) return;
  try {
    const reply = await ask(`${base}/still/${signed}`, { headers: { 'Noren-Quiet': '1' } });
    if (reply.status !== 403 || page().dataset.signed !== signed) return;
    cover();
    if (!going) go(`${base}/login?lang=${root.lang}`);
  } catch {
    // asked again when the stream is back
  }
}

let locking = false;

async function away() {
  try {
    const reply = await ask(`${base}/lock?lang=${root.lang}`, { method: 'POST' });
    locking = !put(await reply.text(), reply.url);
  } catch {
    // tried again at the stream's next sign of life
  }
}

const { quiet, warn } = { quiet: 150, warn: 30, ...page().dataset };
const arm = idle({
  quiet: Number(quiet),
  warn: Number(warn),
  left: (rest) => { for (const place of document.querySelectorAll('[data-left]')) place.textContent = rest; },
  warned: (on) => {
    if (!isSigned()) return;
    document.querySelector('#idle').hidden = !on;
    if (on) document.querySelector('[data-stay]').focus();
  },
  over: () => {
    if (isSigned()) lock();
    else if (newest !== version) renew(newest);
  },
});

for (const sign of ['pointerdown', 'keydown']) {
  addEventListener(sign, () => {
    if (!isSigned() || performance.now() - lastTouch < TOUCH) return;
    lastTouch = performance.now();
    fetch(`${base}/touch`, { method: 'POST' }).catch(() => {}); // the next press says it again
  }, { passive: true, capture: true });
}

const post = (path, body) => ask(`${base}/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

scanner(async (code, about) => {
  try {
    const reply = await post('scan', { code, ...about });
    if (reply.status === 422) say(again, 'no');
    else if (reply.status !== 202) throw new Error(`${reply.status}: not kept`);
  } catch {
    lost(); // the box has not kept it
  }
}, (why) => {
  say(again, 'no');
  post('scan/broken', { why }).catch(() => {}); // only counted: the clerk has seen the message
}, JSON.parse(wedge));

const heard = cutOff((since) => {
  news('#cut', since !== null);
  for (const time of document.querySelectorAll('[data-cut]')) time.textContent = since ?? '';
});

live(station, {
  last,
  heard: (beat) => {
    heard();
    mendFonts();
    if (beat.time) setClock(beat.time);
    if (beat.version) newest = beat.version;
    if (locking) away();
  },
  on: (kind, data) => {
    if (kind === 'outcome') {
      document.querySelector('dialog[open]')?.close();
      const order = page().querySelector('[data-tick]')?.closest('[data-order]').dataset.order;
      const takes = page().querySelector('[data-returns]')?.dataset.returns;
      const where = isSigned() ? `outcome/${data.seq}` : `badge/${data.seq}`;
      go(`${base}/${where}?lang=${root.lang}${order ? `&order=${order}` : ''}${page().querySelector('[data-back]') ? '&back=1' : ''}${takes ? `&returns=${takes}` : ''}`);
    } else if (kind === 'refused') {
      go(`${base}/refused?lang=${root.lang}`);
    } else if (kind === 'sessions') {
      stillSignedIn();
    } else if (page().dataset.live?.split(' ').includes(kind)) refresh();
  },
});

setInterval(() => { if (page().dataset.live?.includes('orders')) refresh(); }, FRESH);
addEventListener('pageshow', ({ persisted }) => { if (persisted) location.reload(); });
settle();
root.dataset.ready = stamp;
