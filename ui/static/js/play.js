// The play page: a click lets the chosen station's scanner read a code; the screens beside it show what came of it.
import { live } from './live.js';

const BEAM = 700; // ms the light is seen
const { station, stamp } = document.body.dataset;
const said = document.querySelector('[data-said]');
const word = (name) => document.querySelector('#words').content.querySelector(`[data-word="${name}"]`).textContent;

async function post(path, fields) {
  try {
    const reply = await fetch(path, { method: 'POST', body: new URLSearchParams({ station, ...fields }) });
    return await reply.json();
  } catch {
    return { ok: false, text: word('lost') };
  }
}

function flash(button) {
  for (const part of [button, document.querySelector('.beam')]) {
    part.classList.add('lit');
    setTimeout(() => part.classList.remove('lit'), BEAM);
  }
}

function tell({ ok, text }, good) {
  said.textContent = ok ? word(good) : text;
  said.parentElement.classList.toggle('bad', !ok);
}

// A rotating code is valid for half a minute: the first click shows it, each further one scans the fresh one that is shown.
const fresh = document.querySelector('[data-token]');
let code = null;
let ending;

async function mint() {
  const made = await post('/play/token', {});
  if (!made.code) return tell({ ok: false, text: word('lost') });
  code = made.code;
  const picture = fresh.querySelector('img');
  picture.src = made.picture;
  picture.hidden = false;
  fresh.querySelector('.mint').hidden = true;
  const fuse = fresh.querySelector('.fuse');
  fuse.hidden = false;
  fuse.firstElementChild.getAnimations().forEach((one) => one.cancel());
  fuse.firstElementChild.animate([{ transform: 'scaleX(1)' }, { transform: 'scaleX(0)' }], made.lives * 1000);
  clearTimeout(ending);
  ending = setTimeout(burnt, made.lives * 1000);
}

function burnt() {
  code = null;
  fresh.querySelector('img').hidden = true;
  fresh.querySelector('.mint').hidden = false;
  fresh.querySelector('.fuse').hidden = true;
}

document.addEventListener('click', async ({ target }) => {
  const button = target.closest('button');
  if (!button) return;
  const { card, fault } = button.dataset;
  if (card !== undefined) {
    flash(button);
    tell(await post('/play/send', { card }), 'sent');
  } else if (fault) {
    const answer = await post('/play/fault', { fault });
    for (const one of document.querySelectorAll('[data-fault]')) one.setAttribute('aria-pressed', String(one === button && fault !== 'none' && answer.ok));
    tell(answer, 'fault');
  } else if (button === fresh) {
    if (code === null) await mint();
    else {
      flash(button);
      tell(await post('/play/send', { text: code }), 'sent');
    }
  }
});

async function standing() {
  const reply = await fetch('/play/standing').then((one) => one.json()).catch(() => null); // the next event asks again
  if (reply === null) return;
  document.querySelector('[data-made]').textContent = reply.made;
  document.querySelector('[data-kept]').textContent = reply.kept;
}

// The screen in the frame has its real size, and is scaled down to its place.
const device = document.querySelector('.device');
if (device) {
  const frame = device.querySelector('iframe');
  const fit = () => frame.style.setProperty('transform', `scale(${device.clientWidth / frame.offsetWidth})`);
  new ResizeObserver(fit).observe(device);
  fit();
  live(station, { on: () => {}, heard: standing });
}
standing();
setInterval(standing, 2000);
document.documentElement.dataset.ready = stamp;
