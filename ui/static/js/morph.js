// Turns a part of the page into what the box says now. What is the same stays the same element: what somebody types, holds or
// presses there is not taken away from them.
const CLIENTS = new Set(['open']); // attributes that only the page itself sets: of a dialog, of details

const isPagesOwn = (node) => node.nodeType === Node.ELEMENT_NODE && 'own' in node.dataset;

// What tells an element from its neighbours: a form that asks for something else is another form.
function keyOf(node) {
  return node.getAttribute('id') ?? node.dataset?.piece ?? (node.nodeName === 'FORM' ? node.getAttribute('action') : null);
}

function isSame(live, made) {
  return live.nodeName === made.nodeName && (live.nodeType !== Node.ELEMENT_NODE || keyOf(live) === keyOf(made));
}

function attributes(live, made) {
  for (const { name } of [...live.attributes]) if (!made.hasAttribute(name) && !CLIENTS.has(name)) live.removeAttribute(name);
  for (const { name, value } of [...made.attributes]) {
    const isKey = live.name === 'key' && name === 'value'; // asked again after a lost answer, a form asks for the same
    if (live.getAttribute(name) !== value && !isKey) live.setAttribute(name, value);
  }
}

function children(live, made) {
  let at = live.firstChild;
  for (const want of [...made.childNodes]) {
    while (at && isPagesOwn(at)) at = at.nextSibling;
    let found = at;
    while (found && !isSame(found, want)) found = found.nextSibling;
    if (!found) {
      live.insertBefore(document.adoptNode(want), at);
      continue;
    }
    while (at !== found) {
      const next = at.nextSibling;
      if (!isPagesOwn(at)) at.remove();
      at = next;
    }
    morph(found, want);
    at = found.nextSibling;
  }
  while (at) {
    const next = at.nextSibling;
    if (!isPagesOwn(at)) at.remove();
    at = next;
  }
}

export function morph(live, made) {
  if (live.nodeType !== Node.ELEMENT_NODE) {
    if (live.nodeValue !== made.nodeValue) live.nodeValue = made.nodeValue;
    return;
  }
  attributes(live, made);
  children(live, made);
}
