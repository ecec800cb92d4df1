// The shopper's screen: puts the box's screens in, a new scan always first, and forgets everything at the end.
import { live } from './live.js';
import { scanner } from './scan.js';
import { idle } from './idle.js';
import { sound } from './sound.js';
import { setClock, showClock } from './clock.js';
import { cutOff } from './cut.js';
import { renew } from './renew.js';
import { askHq } from './ask.js';
import { shield } from './shield.js';
import { mendFonts } from './fonts.js';
import { search } from './search.js';
import './pane.js';
import './reviews.js';
import './missing.js';

const LATE = 300; // ms without an answer before the screen says that we are looking
const GIVE_UP = 8000; // ms without an answer before the screen says to ask the staff
const AGAIN = 5000; // ms the wish to scan once more stays
const TOUCH = 15000; // ms between two signs of the shopper to the box, which ends a session that nobody touches (edge/config/policy.py)
const HOME_LANGUAGE = 'ja';

const root = document.documentElement;
const { base, station, last, version, stamp, quiet, warn, wedge } = document.body.dataset;
const stage = () => document.querySelector('.stage');
const part = (name) => stage().querySelector(name);

let home = stage().outerHTML; // kept, so that a reset works with the box away
let language = HOME_LANGUAGE;
let asked = 0; // number of the last question; an answer to an earlier one is dropped
let asking; // its AbortController
let late;
let cutSince = null;
let owed = null; // an `end` the box has not received yet: the seq it is for
let newest = version;
let trail = []; // addresses of the screens this shopper came by; none leads behind a scan
let person = ''; // the box's mark of whose session this is; '' until somebody has shown a code of their own

const atHome = () => stage().classList.contains('home');

function settle() {
  root.lang = language;
  showClock();
  for (const aid of document.querySelectorAll('[data-aid]')) aid.setAttribute('aria-pressed', String(root.dataset[aid.dataset.aid] !== undefined));
  part('.cut').hidden = cutSince === null;
  const back = part('[data-back]');
  if (back) back.hidden = trail.length === 0;
  for (const time of document.querySelectorAll('[data-cut]')) time.textContent = cutSince ?? '';
}

const made = (html) => new DOMParser().parseFromString(html, 'text/html').querySelector('.stage');

function put(html) {
  const next = made(html);
  stage().replaceWith(document.adoptNode(next));
  shield(next);
  settle();
  arm();
  sound[next.dataset.sound]?.();
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

// next: the trail once the screen is there.
async function go(path, { method = 'GET', next = trail } = {}) {
  look();
  try {
    const html = await ask(path, method);
    if (html === null) return;
    if (begins(html)) return void go(path, { next }); // in the shop's own language and size
    stopLooking();
    trail = next;
    put(html);
  } catch {
    fail();
  }
}

// Whether an answer is for somebody else than the shopper before, whose language and aids then go: a session begins with
// each person's code. Only who chose them at the first screen is surely the one who scans next.
function begins(html) {
  const { person: who } = made(html).dataset;
  if (!who || who === person) return false;
  const other = person !== '' || !atHome();
  person = who;
  if (!other || plainLooks()) return false;
  forgetLooks();
  return true;
}

// Report to the box that the shopper has gone; if it is not reachable, report it once it is.
async function tellEnd(seq) {
  owed = seq;
  try {
    const reply = await fetch(`${base}/end?seq=${seq}`, { method: 'POST', keepalive: true });
    if (reply.ok && owed === seq) owed = null;
  } catch {
    // still owed: sent again as soon as the stream is back
  }
}

let greatest = Number(last); // the newest outcome this page has seen

function reset() {
  asking?.abort();
  asked += 1;
  stopLooking();
  forgetLooks();
  trail = [];
  person = '';
  put(home);
  tellEnd(greatest);
  if (newest !== version) renew(newest);
}

function forgetLooks() {
  language = HOME_LANGUAGE;
  delete root.dataset.text;
  delete root.dataset.ruby;
}

const plainLooks = () => language === HOME_LANGUAGE && !('text' in root.dataset) && !('ruby' in root.dataset);
const plain = () => atHome() && plainLooks();

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
    if (!on) shield(part('.screen'));
    if (on) part('[data-stay]').focus();
  },
  over: () => {
    if (!plain() || !part('.lost').hidden) reset();
    else if (newest !== version) renew(newest);
  },
});

document.addEventListener('click', ({ target }) => {
  if (target.closest('.lost, .again')) { // a touch puts the apology away
    stopLooking();
    shield(stage());
  }
  const button = target.closest('button');
  if (!button || button.disabled) return;
  const { go: to, post, lang, aid } = button.dataset;
  const next = 'instead' in button.dataset || atHome() ? trail : [...trail, stage().dataset.address];
  if (to) go(to, { next });
  else if (post) go(post, { method: 'POST', next });
  else if ('back' in button.dataset) go(trail.at(-1), { next: trail.slice(0, -1) });
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

search({ stage, made, language: () => language, failed: fail });

const post = (path, body) => fetch(`${base}/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

// A code that was received in part is no code: shown at once, so that it is scanned again.
let telling;
function again() {
  stopLooking();
  part('.again').hidden = false;
  sound.no();
  clearTimeout(telling);
  telling = setTimeout(stopLooking, AGAIN);
}

// A code was read here that the box cannot store: it is another shopper's than the code before, and nothing is confirmed.
function refused() {
  if (person !== '') forgetLooks();
  person = '';
  go(`${base}/refused`, { next: [] });
}

scanner(async (code, about) => {
  stopLooking();
  look();
  try {
    const reply = await post(`scan?lang=${language}`, { code, ...about });
    if (reply.status === 422) again();
    else if (reply.status === 507) refused();
    else if (reply.status === 200 && reply.headers.has('Noren-Page')) { // a full disk keeps nothing: the answer comes at once
      stopLooking();
      trail = [];
      put(await reply.text());
    }
    else if (!reply.ok) throw new Error(String(reply.status));
  } catch {
    fail(); // the box has not kept it: the shopper must know
  }
}, (why) => {
  again();
  post('scan/broken', { why }).catch(() => {}); // only counted: the shopper has seen the message
}, JSON.parse(wedge));

let touched = -TOUCH;
for (const sign of ['pointerdown', 'keydown']) {
  addEventListener(sign, () => {
    if (atHome() || performance.now() - touched < TOUCH) return;
    touched = performance.now();
    fetch(`${base}/touch`, { method: 'POST' }).catch(() => {}); // the next touch says it again
  }, { passive: true, capture: true });
}

const heard = cutOff((since) => {
  cutSince = since;
  settle();
});

live(station, {
  last,
  heard: (beat) => {
    heard();
    mendFonts();
    if (beat.time) setClock(beat.time);
    if (beat.version) newest = beat.version;
    if (newest !== version && plain()) renew(newest);
    if (owed !== null) tellEnd(owed);
  },
  on: (kind, data) => {
    if (kind === 'outcome') {
      greatest = Math.max(greatest, data.seq);
      owed = null; // the next shopper's scan is on the screen now
      go(`${base}/outcome/${data.seq}`, { next: [] });
    } else if (kind === 'refused') {
      refused();
    } else if (kind === 'orders' && (stage().matches('.pickup, .member')) && Number(stage().dataset.seq)) {
      refresh();
    } else if (kind === 'line') {
      freshenHome();
    }
  },
});

// The first screen shows if the box takes no scans: it is fetched again when it may differ from the one that is kept.
async function freshenHome() {
  try {
    const reply = await fetch(`${base}/home`, { redirect: 'error' });
    const html = await reply.text();
    if (!reply.ok || !reply.headers.has('Noren-Page')) return;
    const now = made(html);
    if (now.classList.contains('full') === made(home).classList.contains('full')) return;
    home = now.outerHTML;
    if (plain()) put(home);
  } catch {
    // the stream tells again when it is back
  }
}

// The same screen again, quietly: an order on it may have changed.
async function refresh() {
  const { address, seq } = stage().dataset;
  const url = new URL(address, location.href);
  url.searchParams.set('lang', language);
  const mine = asked;
  try {
    const reply = await fetch(url, { redirect: 'error' });
    const html = await reply.text();
    if (!reply.ok || !reply.headers.has('Noren-Page') || mine !== asked || stage().dataset.seq !== seq) return;
    const top = part('.do > .roll')?.scrollTop ?? 0;
    part('.screen > .body').replaceWith(document.adoptNode(made(html).querySelector('.screen > .body')));
    shield(part('.body')); // what is touched now was aimed at before
    part('.do > .roll')?.scrollTo(0, top);
  } catch {
    // the stream tells again when it is back
  }
}

addEventListener('pageshow', ({ persisted }) => { if (persisted) location.reload(); }); // Back shows nothing
settle();
root.dataset.ready = stamp;
