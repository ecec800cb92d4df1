// An order's pieces: the box keeps which are ticked; what is still missing is said, and a hand-over can be taken back.
const pieces = (page) => [...page.querySelectorAll('[data-piece]')];
const isTicked = (piece) => piece.getAttribute('aria-checked') === 'true';

// The pieces that the box has ticked.
export function showTicked(page, { order, ticked, instead }) {
  if (page.querySelector('[data-order]')?.dataset.order !== order) return;
  for (const piece of pieces(page)) piece.setAttribute('aria-checked', String(ticked.includes(piece.dataset.piece)));
  for (const words of page.querySelectorAll('[data-piece] [data-instead]')) {
    words.textContent = instead[words.closest('[data-piece]').dataset.piece] ?? '';
    words.hidden = words.textContent === '';
  }
  judge(page);
}

// The first piece of that product that is not ticked yet, or of one it may be given instead of; else 'again' if all of that kind
// are, 'wrong' if none is in this order.
export function pieceOf(page, gtin) {
  const own = pieces(page).filter((piece) => piece.dataset.gtin === gtin);
  const same = [...own, ...pieces(page).filter((piece) => !own.includes(piece) && piece.dataset.also.split(' ').includes(gtin))];
  return same.find((one) => !isTicked(one)) ?? (same.length ? 'again' : 'wrong');
}

// Asks the box to tick a piece, or to take its tick back; `gtin`: what was read of it.
export function setTick(page, piece, go, gtin = '') {
  const body = new URLSearchParams({ piece: piece.dataset.piece, on: isTicked(piece) ? 'no' : 'yes', lang: document.documentElement.lang, gtin });
  return go(page.querySelector('[data-tick]').dataset.tick, { method: 'POST', body });
}

// What is to be pressed for the next step is rolled into sight when the step before it is done.
function mark(steps, done) {
  const before = [...steps].find((step) => step.classList.contains('now'));
  let now = true;
  for (const step of steps) {
    const over = done[step.dataset.step];
    step.className = over ? 'done' : now ? 'now' : 'next';
    if (now && !over && before && before !== step && step.querySelector('input, button')) step.scrollIntoView({ block: 'nearest' });
    if (!over) now = false;
  }
}

// What is still missing, said in one line; the button opens when nothing is.
function judge(page) {
  const all = pieces(page);
  const left = all.filter((piece) => !isTicked(piece)).length;
  for (const place of page.querySelectorAll('[data-ticked]')) place.textContent = all.length - left;
  const ready = page.querySelector('#ready, #back');
  if (ready) {
    ready.querySelector('[data-n]').textContent = left;
    ready.querySelector('[data-left-goods]').hidden = left === 0;
    ready.querySelector('.primary').disabled = left > 0;
    if (ready.id === 'ready') mark(page.querySelectorAll('[data-step]'), { accept: true, pick: left === 0 });
  }
  const form = page.querySelector('#hand');
  if (!form) return;
  const { who, relation, proxy, paid, lead, lead_pin: pin } = form.elements;
  const named = who?.value === 'same' || (who?.value === 'proxy' && relation.value && proxy.value.trim() !== '');
  const proof = form.dataset.proven === 'yes' ? 'code' : who?.value === 'same' ? 'name' : who?.value;
  const led = !form.dataset.lead.split(' ').includes(proof); // no lead is needed
  const done = { who: (proof === 'code' || Boolean(named)) && (led || (lead.value !== '' && pin.value.length > 3)), goods: left === 0, paid: !paid || paid.checked };
  const missing = !done.who ? 'who' : !done.goods ? 'goods' : !done.paid ? 'paid' : 'none';
  for (const word of ['who', 'goods', 'paid', 'none']) form.querySelector(`[data-left-${word}]`).hidden = word !== missing;
  form.querySelector('[data-n]').textContent = left;
  form.querySelector('.done-row .primary').disabled = missing !== 'none';
  const beside = form.querySelector('.lead');
  if (beside) beside.hidden = led;
  const extra = form.querySelector('.proxy:not(.lead)');
  if (extra) extra.hidden = who.value !== 'proxy';
  mark(form.querySelectorAll('[data-step]'), { ...done, give: false });
}

// What is missing is as a rule what is not ticked, once the clerk has begun to tick.
function ask(page, dialog) {
  const left = pieces(page).filter((piece) => !isTicked(piece)).map((piece) => piece.dataset.piece);
  const begun = left.length < pieces(page).length;
  for (const choice of dialog.querySelectorAll('[type=checkbox]')) choice.checked = begun && left.includes(choice.value);
  dialog.showModal();
}

const counting = new WeakSet(); // forms whose seconds run

function undo(page, go) {
  const form = page.querySelector('[data-undo]');
  if (!form || counting.has(form)) return;
  counting.add(form);
  const until = performance.now() + Number(form.dataset.undo) * 1000;
  const ticking = setInterval(() => {
    const rest = Math.ceil((until - performance.now()) / 1000);
    form.querySelector('[data-count]').textContent = Math.max(0, rest);
    if (form.isConnected && rest > 0) return;
    clearInterval(ticking);
    if (form.isConnected) go(page.querySelector('[data-after]').href);
  }, 250);
}

// A touched button opens or closes its dialog.
export function dialogs(page, target) {
  const open = target.closest('[data-open]');
  if (open) ask(page, page.querySelector(`#${open.dataset.open}`));
  if (target.closest('[data-close]')) target.closest('dialog').close();
}

document.addEventListener('input', ({ target }) => {
  if (target.closest('#hand')) judge(target.closest('#page'));
});

// Called for each page that is put in, and again when the box has changed something on it.
export function handOver(page, go) {
  if (!page.querySelector('[data-order]')) return;
  judge(page);
  undo(page, go);
}
