// A picture that cannot be had leaves a plain sign in its place, never the browser's own.
addEventListener('error', ({ target }) => {
  if (!(target instanceof HTMLImageElement)) return;
  const sign = target.nextElementSibling;
  if (!sign?.matches('.nopic')) return;
  target.remove();
  sign.hidden = false;
}, true);
