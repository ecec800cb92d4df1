// The store's time of day on every `[data-clock]`, by the box's clock: a screen's own may be hours away.
let ahead = 0; // ms the box is ahead of this screen

const format = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: document.body.dataset.zone });

export const timeOfDay = (ms = Date.now() + ahead) => format.format(ms);
export const boxTime = () => Date.now() + ahead;

export function showClock() {
  const now = timeOfDay();
  for (const clock of document.querySelectorAll('[data-clock]')) if (clock.textContent !== now) clock.textContent = now;
}

export function setClock(ms) {
  ahead = ms - Date.now();
  showClock();
}

setInterval(showClock, 1000);
