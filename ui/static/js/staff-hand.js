// The hand-over: which pieces are ticked (kept over a reload), what is still missing, and ten seconds to take it back.
const kept = (order) => `order:${order}`;

const pieces = (page) => [...page.querySelectorAll('[data-piece]')];
const isTicked = (piece) => piece.getAttribute('aria-checked') === 'true';

function set(page, piece, on) {
  piece.setAttribute('aria-checked', String(on));
  const ticked = pieces(page).filter(isTicked).map((one) => one.dataset.piece);
  sessionStorage.setItem(kept(page.querySelector('[data-order]').dataset.order), JSON.stringify(ticked));
  judge(page);
}

// A tag was read: tick its piece. 'ticked', 'again' when all of that kind are, 'wrong' when none is in this order.
export function tick(page, gtin) {
  const same = pieces(page).filter((piece) => piece.dataset.gtin === gtin);
  const piece = same.find((one) => !isTicked(one));
  if (!piece) return same.length ? 'again' : 'wrong';
  set(page, piece, true);
  return 'ticked';
}

function mark(steps, done) {
  let now = true;
  for (const step of steps) {
    const over = done[step.dataset.step];
    step.className = over ? 'done' : now ? 'now' : 'next';
    if (!over) now = false;
  }
}

// What is still missing, said in one line; the button opens when nothing is.
function judge(page) {
  const all = pieces(page);
  const left = all.filter((piece) => !isTicked(piece)).length;
  for (const place of page.querySelectorAll('[data-ticked]')) place.textContent = all.length - left;
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

function undo(page, go) {
  const form = page.querySelector('[data-undo]');
  if (!form) return;
  const until = performance.now() + Number(form.dataset.undo) * 1000;
  const ticking = setInterval(() => {
    const rest = Math.ceil((until - performance.now()) / 1000);
    form.querySelector('[data-count]').textContent = Math.max(0, rest);
    if (form.isConnected && rest > 0) return;
    clearInterval(ticking);
    if (form.isConnected) go(page.querySelector('[data-after]').href);
  }, 250);
}

export function handOver(page, go) {
  const goods = page.querySelector('[data-order]');
  if (!goods) return;
  const { order } = goods.dataset;
  if (!('ticking' in goods.dataset)) sessionStorage.removeItem(kept(order));
  const before = JSON.parse(sessionStorage.getItem(kept(order)) ?? '[]');
  for (const piece of pieces(page)) {
    if (before.includes(piece.dataset.piece)) piece.setAttribute('aria-checked', 'true');
    piece.addEventListener('click', () => set(page, piece, !isTicked(piece)));
  }
  const form = page.querySelector('#hand');
  form?.addEventListener('input', () => judge(page));
  form?.addEventListener('formdata', ({ formData }) => {
    for (const piece of pieces(page).filter(isTicked)) formData.append('tick', piece.dataset.piece);
  });
  page.addEventListener('click', ({ target }) => {
    const open = target.closest('[data-open]');
    if (open) ask(page, page.querySelector(`#${open.dataset.open}`));
    if (target.closest('[data-close]')) target.closest('dialog').close();
  });
  judge(page);
  undo(page, go);
}
