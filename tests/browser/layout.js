// What is laid out wrongly on the screen as it is now, as [rule, element] pairs.
//
// A box counts as far as those that hold it let it be seen; what a part that scrolls has out of sight is no fault, as long as
// the part says that it scrolls. target: least px of a side of what can be touched; text: least px of text; reach: whether
// nothing may be touched above 40 % of the height; hint: whether a part that scrolls must say so (a kiosk's shopper does not try);
// still: whether all that can be touched is to be on the screen without scrolling.
({ target, text, reach, hint: hinted, still }) => {
  const WHOLE = 14; // characters a number may have and must stand in one line: a GTIN has that many
  const seen = (e) => {
    const r = e.getBoundingClientRect();
    return getComputedStyle(e).visibility !== 'hidden' && e.checkVisibility() && !e.closest('[hidden], [inert], .vh') && r.width > 1 && r.height > 1;
  };
  const over = [...document.querySelectorAll('.veil, .late, dialog[open]')].find(seen); // what lies over a screen is judged alone
  const root = over ?? document.querySelector('.stage') ?? document.body;
  for (const moment of root.getAnimations()) moment.finish(); // that in which a new screen takes no touch
  const all = [...root.querySelectorAll('*')]
    .filter((e) => seen(e) && !e.closest('rt, rp') && (e.matches('svg.ic') || !e.closest('svg')) && (over || !e.closest('.veil, .late')));
  const style = new Map(all.map((e) => [e, getComputedStyle(e)]));
  const look = (e) => style.get(e) ?? getComputedStyle(e);
  const scrolls = (e) => ['auto', 'scroll'].includes(look(e).overflowY);
  const clips = (e) => look(e).overflowX !== 'visible' || look(e).overflowY !== 'visible';
  // a field that is not drawn has its label or its keys drawn for it
  const isControl = (e) => e.matches('button, a[href], input') && look(e).opacity !== '0';
  const kind = (e) => e.getAttribute('class') || e.tagName;
  const name = (e) => `${kind(e)} ${e.textContent.trim().slice(0, 16)}`;

  const found = [];
  const put = (rule, e, more = '') => found.push([rule, `${name(e)} ${more}`]);

  // One that is there only to keep its place, until it is shown in its colour, hides nothing and is hidden by nothing.
  const isDrawn = (e) => look(e).opacity !== '0' && look(e).color !== 'rgba(0, 0, 0, 0)';

  // Those that hold an element and show no more of it than their own box, the nearest first.
  const holders = (e) => {
    const up = [];
    for (let at = e.parentElement; at && at !== document.body; at = at.parentElement) if (clips(at)) up.push(at);
    return up;
  };
  const visible = (r, e) => {
    const box = { left: r.left, top: r.top, right: r.right, bottom: r.bottom };
    for (const h of holders(e).map((at) => at.getBoundingClientRect())) {
      box.left = Math.max(box.left, h.left);
      box.top = Math.max(box.top, h.top);
      box.right = Math.min(box.right, h.right);
      box.bottom = Math.min(box.bottom, h.bottom);
    }
    return box.right - box.left > 1 && box.bottom - box.top > 1 ? box : null;
  };
  const beyond = (r, h) => r.left < h.left - 2 || r.right > h.right + 2 || r.top < h.top - 2 || r.bottom > h.bottom + 2;
  const meet = (x, y) => x.left < y.right - 2 && y.left < x.right - 2 && x.top < y.bottom - 2 && y.top < x.bottom - 2;

  // What sticks to the edge of a part that scrolls lies over the rest only until that is scrolled out from beneath it.
  const stuck = (e) => {
    for (let at = e; at && at !== document.body; at = at.parentElement) if (look(at).position === 'sticky') return at;
    return null;
  };

  // The lines of an element's own text, each as high as what is drawn in it: a font's line box is higher.
  const lines = (e) => {
    const size = parseFloat(look(e).fontSize) * 0.8;
    return [...e.childNodes].filter((n) => n.nodeType === 3 && n.data.trim()).flatMap((n) => {
      const range = document.createRange();
      range.selectNodeContents(n);
      return [...range.getClientRects()].filter((r) => r.width > 1).map((r) => {
        const spare = Math.max(0, r.height - size) / 2;
        return { left: r.left, right: r.right, top: r.top + spare, bottom: r.bottom - spare };
      });
    });
  };

  // Text or a control that somebody who holds it cuts off; beneath one that scrolls, only what scrolling does not bring.
  function cutBy(part, e) {
    let rolled = false;
    for (const at of holders(e)) {
      const h = at.getBoundingClientRect();
      const endless = rolled || scrolls(at) ? { top: -Infinity, bottom: Infinity } : { top: h.top, bottom: h.bottom };
      if (beyond(part, { left: h.left, right: h.right, ...endless })) return at;
      rolled ||= scrolls(at);
    }
    return null;
  }

  const page = document.documentElement;
  if (page.scrollWidth > innerWidth || page.scrollHeight > innerHeight + 1) put('the page itself scrolls', root);

  const boxes = [];
  for (const e of all) {
    const r = e.getBoundingClientRect();
    const control = isControl(e);
    const texts = lines(e);
    if (control && Math.min(r.width, r.height) < target - 0.5) put('small target', e, `${r.width | 0}x${r.height | 0}`);
    if (texts.length && parseFloat(look(e).fontSize) < text - 0.05) put('small text', e, look(e).fontSize);
    if (e.matches('.num') && e.textContent.trim().length <= WHOLE && texts.some((one) => one.top > texts[0].bottom)) put('a broken number', e);
    if (control && reach && visible(r, e)?.top < innerHeight * 0.4 - 1) put('out of reach', e, String(r.top | 0));
    if (control && still) {
      const shown = visible(r, e);
      if (!shown || beyond(r, shown) || beyond(r, { left: 0, top: 0, right: innerWidth, bottom: innerHeight })) put('below the fold', e);
    }
    if (hinted && scrolls(e) && e.scrollHeight > e.clientHeight + 1) {
      const hint = [...e.parentElement.querySelectorAll(':scope > button[data-more]')].find(seen);
      if (!hint) put('scrolls and does not say so', e);
      if (e.clientHeight < target) put('too low to scroll', e, String(e.clientHeight));
    }
    if (look(e).webkitLineClamp !== 'none' && e.scrollHeight > e.clientHeight + 1) put('clamped', e);
    if (look(e).textOverflow === 'ellipsis' && e.scrollWidth > e.clientWidth + 1) put('cut by an ellipsis', e);
    if (control || texts.length) {
      for (const part of control ? [r, ...texts] : texts) {
        if (part.left < -1 || part.right > innerWidth + 1) put('off the side', e);
        const holder = cutBy(part, e);
        if (holder) put(`cut by ${kind(holder)}`, e);
        const box = control ? e : e.closest('button, .card, .where, .tag, .banner');
        if (box && beyond(part, box.getBoundingClientRect())) put('runs out of its box', e);
      }
      for (const shown of (control ? [r] : texts).map((part) => visible(part, e)).filter(Boolean)) {
        if (shown.bottom > innerHeight + 1 || shown.top < -1) put('off the screen', e);
        const top = document.elementFromPoint((shown.left + shown.right) / 2, (shown.top + shown.bottom) / 2);
        if (top && !e.contains(top) && !top.contains(e) && stuck(top) === stuck(e)) put(`covered by ${kind(top)}`, e);
        boxes.push([e, shown]);
      }
    } else if (e.matches('svg.ic')) {
      const shown = visible(r, e);
      if (shown && isDrawn(e)) boxes.push([e, shown]); // what an icon says is hidden by what lies over it, as a word is
    } else if (e.matches('.card, .photo, .scene, .tail, .pane, .where, .nopic, img')) {
      const shown = visible(r, e);
      if (shown && (shown.bottom > innerHeight + 1 || shown.top < -1 || shown.right > innerWidth + 1)) put('off the screen', e);
    }
  }
  boxes.forEach(([a, x], at) => {
    for (const [b, y] of boxes.slice(at + 1)) {
      if (a.contains(b) || b.contains(a) || !meet(x, y) || stuck(a) !== stuck(b)) continue;
      if (a.closest('ruby, p, h1, b, q')?.contains(b)) continue; // one text's lines lie where its line height puts them
      put(`overlaps ${name(b)}`, a);
    }
  });
  return found;
}
