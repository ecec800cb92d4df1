// Warns, then resets. The warning lasts at least 20 s (WCAG 2.2.1), and any touch, key or scan takes it back.
const TICK = 250; // ms

// quiet and warn in seconds; left(n) as seconds pass; warned(on) when the warning comes and goes; over() at the end.
export function idle({ quiet, warn, left, warned, over }) {
  let until = 0;
  let warning = false;
  let shown = -1;

  const arm = () => {
    until = performance.now() + (quiet + warn) * 1000;
    shown = -1;
    if (warning) {
      warning = false;
      warned(false);
    }
    tick();
  };
  const tick = () => {
    const rest = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    if (rest !== shown) {
      shown = rest;
      left(rest);
    }
    if (rest === 0) {
      warning = false;
      over();
      arm();
    } else if (rest <= warn && !warning) {
      warning = true;
      warned(true);
    }
  };
  const sign = (event) => {
    // the warning goes with the click, not before it: else the finger would come up on the button that lies beneath
    if (event.type !== 'pointerdown' || !warning) arm();
  };
  for (const kind of ['pointerdown', 'click', 'keydown']) addEventListener(kind, sign, { passive: true, capture: true });
  setInterval(tick, TICK);
  arm();
  return arm;
}
