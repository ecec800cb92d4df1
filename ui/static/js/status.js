// Keeps the status cards of the shop fresh, on every page that has them, and shows camera pictures while somebody looks.
import { live } from './live.js';
import { setClock } from './clock.js';
import { cutOff } from './cut.js';
import { mendFonts } from './fonts.js';
import { renew } from './renew.js';

const EVERY = 10000; // ms between requests: what no event reports (disk, screens, readings) may be this old
const PICTURE = 500; // ms between two pictures of a camera; it takes no more than two a second
const NONE_YET = 1000; // ms before the next request if there is no picture

const QUIET = { 'Noren-Quiet': '1' }; // nobody touched anything: the request does not extend a clerk's session

let asked = 0;

// Cameras somebody was looking at stay open, with the picture they had, until the next one comes.
function keepCameras(from, to) {
  for (const open of from.querySelectorAll('[data-camera][open]')) {
    to.querySelector(`[data-camera="${open.dataset.camera}"]`)?.replaceWith(open);
  }
}

// The present cards; a slower answer to an earlier request is dropped, and so is what is not a page of ours.
export async function refresh() {
  const health = document.querySelector('[data-health]');
  if (!health || document.hidden) return;
  const mine = ++asked;
  try {
    const reply = await fetch(health.dataset.fresh, { redirect: 'error', headers: QUIET });
    const html = await reply.text();
    if (mine !== asked || !reply.ok || !reply.headers.has('Noren-Page')) return;
    const made = document.adoptNode(new DOMParser().parseFromString(html, 'text/html').querySelector('[data-health]'));
    for (const list of ['[data-findings]', '[data-passages]']) {
      made.querySelector(list)?.toggleAttribute('open', health.querySelector(list)?.open ?? false);
    }
    const held = document.activeElement?.closest('[data-camera]')?.dataset.camera;
    keepCameras(health, made);
    health.replaceWith(made);
    if (held) document.querySelector(`[data-camera="${held}"] summary`)?.focus();
  } catch {
    // the next round asks again; after 30 s without an answer the page shows since when
  }
}

function show(camera) {
  const picture = camera.querySelector('img');
  const next = (wait) => setTimeout(() => {
    if (!camera.open || !camera.isConnected) delete camera.dataset.looking;
    else if (document.hidden) next(NONE_YET);
    else picture.src = `${camera.dataset.picture}?at=${Date.now()}`;
  }, wait);
  const seen = (there) => {
    picture.hidden = !there;
    camera.querySelector('[data-waiting]').hidden = there;
    next(there ? PICTURE : NONE_YET);
  };
  picture.onload = () => seen(true);
  picture.onerror = () => seen(false);
  next(0);
}

document.addEventListener('toggle', (event) => {
  const camera = event.target;
  if (!camera.matches?.('[data-camera]') || !camera.open || camera.dataset.looking) return;
  camera.dataset.looking = '1';
  show(camera);
}, true);

function alone() {
  const { version, stamp } = document.body.dataset;
  const heard = cutOff((since) => {
    document.querySelector('#stale').hidden = since === null;
    for (const time of document.querySelectorAll('[data-cut]')) time.textContent = since ?? '';
  });
  live('status', {
    heard: (beat) => {
      heard();
      mendFonts();
      if (beat.time) setClock(beat.time);
      if (beat.version && beat.version !== version) renew(beat.version);
    },
    on: (kind) => { if (kind === 'line') refresh(); },
  });
  document.documentElement.dataset.ready = stamp;
}

setInterval(refresh, EVERY);
document.addEventListener('visibilitychange', refresh);
if (document.documentElement.dataset.surface === 'status') alone();
