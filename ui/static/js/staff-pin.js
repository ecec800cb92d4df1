// The PIN pad: keys, dots, and the seconds a lock lasts.
export function pinPad(page) {
  const form = page.querySelector('[data-pin]');
  if (!form) return;
  const field = form.elements.pin;
  const dots = [...form.querySelectorAll('.dots i')];
  const show = () => dots.forEach((dot, at) => { // one for each digit, and at first as many as the shortest PIN has
    dot.classList.toggle('on', at < field.value.length);
    dot.hidden = at >= Math.max(field.minLength, field.value.length);
  });
  const type = (digit) => { if (field.value.length < field.maxLength) field.value += digit; show(); };
  const rub = () => { field.value = field.value.slice(0, -1); show(); };

  form.addEventListener('click', ({ target }) => {
    const key = target.closest('[data-digit], [data-rub]');
    if (key) 'rub' in key.dataset ? rub() : type(key.dataset.digit);
  });
  form.addEventListener('keydown', (event) => {
    if (event.target === field || event.ctrlKey || event.altKey) return;
    if (/^\d$/.test(event.key)) type(event.key);
    else if (event.key === 'Backspace') rub();
  });
  field.addEventListener('input', show);
  form.addEventListener('change', ({ target }) => { if (target.name === 'staff') { field.value = ''; show(); } });
  countDown(form.querySelector('[data-locked]'), form.querySelector('[data-unlocked]'));
}

function countDown(locked, unlocked) {
  if (!locked) return;
  const until = performance.now() + Number(locked.dataset.locked) * 1000;
  const ticking = setInterval(() => {
    const rest = Math.ceil((until - performance.now()) / 1000);
    if (!locked.isConnected || rest <= 0) clearInterval(ticking);
    locked.querySelector('[data-count]').textContent = Math.max(0, rest);
    locked.hidden = rest <= 0;
    unlocked.hidden = rest > 0;
  }, 250);
}
