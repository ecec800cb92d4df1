// The shopper's screen: puts the box's screens in, a new scan always first, and forgets everything at the end.
import { live } from './live.js';
import { scanner } from './scan.js';
import { idle } from './idle.js';
import { sound } from './sound.js';
import { setClock, showClock } from './clock.js';
import { cutOff } from './cut.js';
import { renew } from './renew.js';
import { askHq } from './ask.js';

const LATE = 300; // ms without an answer before the shopper is told that we are looking
const GIVE_UP = 8000; // ms without an answer before they are told to ask somebody
const HOME_LANGUAGE = 'ja';

const root = document.documentElement;
const { base, station, last, version, stamp, quiet, warn } = document.body.dataset;
const stage = () => document.querySelector('.stage');
const part = (name) => stage().querySelector(name);

let home = stage().outerHTML; // kept, so that a reset works with the box away
let language = HOME_LANGUAGE;
let asked = 0; // number of the last question; an answer to an earlier one is dropped
let asking; // its AbortController
let late;
let cutSince = null;
let owed = null; // an `end` the box has not heard yet: the seq it is for
let newest = version;

const atHome = () => stage().classList.contains('home');

function settle() {
  root.lang = language;
  showClock();
  for (const aid of document.querySelectorAll('[data-aid]')) aid.setAttribute('aria-pressed', String(root.dataset[aid.dataset.aid] !== undefined));
  part('.cut').hidden = cutSince === null;
  for (const time of document.querySelectorAll('[data-cut]')) time.textContent = cutSince ?? '';
}

function put(html) {
  const made = new DOMParser().parseFromString(html, 'text/html').querySelector('.stage');
  stage().replaceWith(document.adoptNode(made));
  settle();
  arm();
  sound[made.dataset.sound]?.();
  askHq(stage(), language);
  setTimeout(() => part('.screen').focus({ preventScroll: true })); // not now: it would lay the page out twice
}

function look() {
  clearTimeout(late);
  part('.lost').hidden = true;
  late = setTimeout(() => { part('.late').hidden = false; }, LATE);
}

function stopLooking() {
  clearTimeout(late);
  for (const over of document.querySelectorAll('.late')) over.hidden = true;
}

function fail() {
  stopLooking();
  part('.lost').hidden = false;
  sound.no();
}

// A question to the box. Null when a newer question was asked meanwhile; throws when there is no answer of ours.
async function ask(path, method) {
  asking?.abort();
  asking = new AbortController();
  const mine = ++asked;
  const limit = setTimeout(() => asking.abort(), GIVE_UP);
  try {
    const url = new URL(path, location.href);
    url.searchParams.set('lang', language);
    const reply = await fetch(url, { method, signal: asking.signal, redirect: 'error' });
    const html = await reply.text();
    if (mine !== asked) return null;
    if (!reply.ok || !reply.headers.has('Noren-Page')) throw new Error(`${reply.status} for ${path}`);
    return html;
  } catch (error) {
    if (mine !== asked) return null;
    throw error;
  } finally {
    clearTimeout(limit);
  }
}

async function go(path, method = 'GET') {
  look();
  try {
    const html = await ask(path, method);
    if (html === null) return;
    stopLooking();
    put(html);
  } catch {
    fail();
  }
}

// Tell the box that the shopper has gone; if it does not hear us, tell it when it does.
async function tellEnd(seq) {
  owed = seq;
  try {
    const reply = await fetch(`${base}/end?seq=${seq}`, { method: 'POST', keepalive: true });
    if (reply.ok && owed === seq) owed = null;
  } catch {
    // still owed: said again as soon as the stream is back
  }
}

let greatest = Number(last); // the newest outcome this page has seen

function reset() {
  asking?.abort();
  asked += 1;
  stopLooking();
  language = HOME_LANGUAGE;
  delete root.dataset.text;
  delete root.dataset.ruby;
  put(home);
  tellEnd(greatest);
  if (newest !== version) renew(newest);
}

const plain = () => atHome() && language === HOME_LANGUAGE && !('text' in root.dataset) && !('ruby' in root.dataset);

const arm = idle({
  quiet: Number(quiet),
  warn: Number(warn),
  left: (rest) => {
    for (const place of document.querySelectorAll('[data-left]')) place.textContent = rest;
    part('[data-ring]')?.setAttribute('stroke-dashoffset', String(100 - (100 * rest) / (Number(quiet) + Number(warn))));
  },
  warned: (on) => {
    if (atHome()) return;
    part('.veil').hidden = !on;
    part('.screen').inert = on;
    if (on) part('[data-stay]').focus();
  },
  over: () => {
    if (!plain() || !part('.lost').hidden) reset();
    else if (newest !== version) renew(newest);
  },
});

document.addEventListener('click', ({ target }) => {
  if (target.closest('.lost')) stopLooking(); // a touch puts the apology away
  const button = target.closest('button');
  if (!button || button.disabled) return;
  const { go: to, post, lang, aid } = button.dataset;
  if (to) go(to);
  else if (post) go(post, 'POST');
  else if ('end' in button.dataset) reset();
  else if (aid) {
    if (aid in root.dataset) delete root.dataset[aid];
    else root.dataset[aid] = { text: 'large', ruby: 'on' }[aid];
    settle();
  } else if (lang && lang !== language) {
    language = lang;
    if (lang !== 'ja') delete root.dataset.ruby;
    go(stage().dataset.address);
  }
});

scanner(async (code) => {
  look();
  try {
    const reply = await fetch(`${base}/scan`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ code }) });
    if (!reply.ok) throw new Error(String(reply.status));
  } catch {
    fail(); // the box has not kept it: the shopper must know
  }
}, { gap: 100 }); // nobody types at a kiosk: a wide gap is safe, and slow scanners are heard

const heard = cutOff((since) => {
  cutSince = since;
  settle();
});

live(station, {
  last,
  heard: (beat) => {
    heard();
    if (beat.time) setClock(beat.time);
    if (beat.version) newest = beat.version;
    if (newest !== version && plain()) renew(newest);
    if (owed !== null) tellEnd(owed);
  },
  on: (kind, data) => {
    if (kind === 'outcome') {
      greatest = Math.max(greatest, data.seq);
      owed = null; // the next shopper's scan is on the screen now
      go(`${base}/outcome/${data.seq}`);
    } else if (kind === 'orders' && (stage().matches('.pickup, .member')) && Number(stage().dataset.seq)) {
      refresh();
    } else if (kind === 'line') {
      freshenHome();
    }
  },
});

// The first screen says so while the box takes no scans: fetched anew when it may say otherwise than the one that is kept.
async function freshenHome() {
  try {
    const reply = await fetch(`${base}/home`, { redirect: 'error' });
    const html = await reply.text();
    if (!reply.ok || !reply.headers.has('Noren-Page')) return;
    const made = new DOMParser().parseFromString(html, 'text/html').querySelector('.stage');
    const kept = new DOMParser().parseFromString(home, 'text/html').querySelector('.stage');
    if (made.classList.contains('full') === kept.classList.contains('full')) return;
    home = made.outerHTML;
    if (plain()) put(home);
  } catch {
    // the stream tells again when it is back
  }
}

// The same screen again, quietly: an order on it may stand otherwise now.
async function refresh() {
  const { address, seq } = stage().dataset;
  const url = new URL(address, location.href);
  url.searchParams.set('lang', language);
  const mine = asked;
  try {
    const reply = await fetch(url, { redirect: 'error' });
    const html = await reply.text();
    if (!reply.ok || !reply.headers.has('Noren-Page') || mine !== asked || stage().dataset.seq !== seq) return;
    const made = new DOMParser().parseFromString(html, 'text/html').querySelector('.screen');
    part('.screen > .body').replaceWith(document.adoptNode(made.querySelector('.body')));
  } catch {
    // the stream tells again when it is back
  }
}

addEventListener('pageshow', ({ persisted }) => { if (persisted) location.reload(); }); // Back shows nothing
settle();
root.dataset.ready = stamp;
