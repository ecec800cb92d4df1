// Parts of a screen that scroll: each says that there is more, and turns by a page at a touch of its bar.
const STEP = 0.8; // of a page: what was at the foot is then at the top

const watched = new WeakSet();
const still = matchMedia('(prefers-reduced-motion: reduce)');

// Whether the content is longer than its place is measured without the bar: else the bar would hide itself.
function measure(pane) {
  const roll = pane.querySelector('.roll');
  const [down, up] = pane.querySelectorAll('[data-more]');
  const scrolls = getComputedStyle(roll).overflowY !== 'visible' && roll.scrollHeight > pane.clientHeight + 1;
  const above = scrolls && roll.scrollTop > 1;
  const below = scrolls && roll.scrollTop + roll.clientHeight < roll.scrollHeight - 1;
  pane.dataset.more = [above && 'up', below && 'down'].filter(Boolean).join(' ');
  down.hidden = !scrolls || !below;
  up.hidden = !scrolls || below;
  if (scrolls) roll.tabIndex = 0; // a keyboard scrolls it too
  else roll.removeAttribute('tabindex');
}

const sizes = new ResizeObserver((seen) => {
  for (const pane of new Set(seen.map(({ target }) => target.closest('.pane')))) if (pane) measure(pane);
});

function watch() {
  for (const pane of document.querySelectorAll('.pane')) {
    if (watched.has(pane)) continue;
    watched.add(pane);
    sizes.observe(pane);
    sizes.observe(pane.querySelector('.in'));
    const roll = pane.querySelector('.roll');
    roll.addEventListener('scroll', () => measure(pane), { passive: true });
  }
}

document.addEventListener('click', ({ target }) => {
  const bar = target.closest('[data-more]:not(.pane)');
  const roll = bar?.closest('.pane').querySelector('.roll');
  if (!roll) return;
  const top = bar.dataset.more === 'up' ? 0 : roll.scrollTop + roll.clientHeight * STEP;
  roll.scrollTo({ top, behavior: still.matches ? 'auto' : 'smooth' });
});

new MutationObserver(watch).observe(document.body, { childList: true, subtree: true });
watch();
