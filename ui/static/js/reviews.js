// A product's reviews: all of them, or those with as many stars as were touched.
document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-stars]');
  if (!button) return;
  const { stars } = button.dataset;
  const reviews = button.closest('.voices');
  for (const one of reviews.querySelectorAll('[data-stars]')) one.setAttribute('aria-pressed', String(one === button));
  for (const one of reviews.querySelectorAll('[data-rated]')) one.hidden = stars !== '' && one.dataset.rated !== stars;
});
