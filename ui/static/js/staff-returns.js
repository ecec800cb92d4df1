// Goods that come back: which pieces are chosen, what is owed for them, and whether a lead is needed. The box judges again.
const chosen = (form) => [...form.querySelectorAll('li[data-gtin]')].filter((piece) => piece.querySelector('[name=piece]')?.checked);
const hasChosen = (piece, part) => Boolean(piece.querySelector(`[name^=${part}-]:checked`));
const known = (text) => (text === '' || text === undefined ? NaN : Number(text));

function amounts(pieces) {
  const owed = { refund: 0, difference: 0 };
  for (const piece of pieces) {
    const instead = piece.querySelector('[name^=instead-]')?.selectedOptions[0];
    if (instead?.value) owed.difference += known(instead.dataset.price) - known(piece.dataset.price);
    else owed.refund += known(piece.dataset.price);
  }
  return owed;
}

const shown = (amount) => (Number.isNaN(amount) ? '?' : amount.toLocaleString());

function judge(form) {
  const pieces = chosen(form);
  const { refund, difference } = amounts(pieces);
  form.querySelector('[data-pieces]').textContent = pieces.length;
  form.querySelector('[data-refund]').textContent = shown(refund);
  form.querySelector('[data-difference]').textContent = shown(difference);
  const { leadOver, led, withoutOrder } = form.dataset;
  const large = !(refund + Math.max(0, -difference) <= Number(leadOver)); // so is an amount that is not known
  const needed = pieces.length > 0 && led === 'no' && (withoutOrder === 'yes' || large);
  form.querySelector('.lead').hidden = !needed;
  const { lead, lead_pin: pin } = form.elements;
  const said = pieces.every((piece) => hasChosen(piece, 'reason') && hasChosen(piece, 'condition'));
  form.querySelector('.primary').disabled = !(pieces.length && said && (!needed || (lead.value && pin.value.length > 3)));
}

// The page's form, if goods come back on it; called for each page that is put in.
export function returnForm(page) {
  const form = page.querySelector('#return');
  if (form) judge(form);
}

// Chooses a piece of that product; false if the page has no such form. `said` gets the words for what is not chosen.
export function chooseReturned(page, { gtin, done, wrong }, said) {
  const form = page.querySelector('#return');
  if (!form) return false;
  const same = [...form.querySelectorAll(`li[data-gtin="${CSS.escape(gtin)}"]`)];
  const box = same.map((piece) => piece.querySelector('[name=piece]')).find((one) => one && !one.checked);
  if (box) {
    box.checked = true;
    box.scrollIntoView({ block: 'nearest' });
    judge(form);
    said('', 'ok');
  } else said(same.find((piece) => piece.dataset.no)?.dataset.no ?? (same.length ? done : wrong), 'no');
  return true;
}

for (const kind of ['input', 'change']) {
  document.addEventListener(kind, ({ target }) => {
    const form = target.closest('#return');
    if (form) judge(form);
  });
}
