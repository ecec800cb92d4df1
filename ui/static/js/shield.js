// A new screen takes no touch for a moment: the second of two quick taps was meant for what was there before.
const MOMENT = 400; // ms: a double tap takes up to 300, and nobody reads a screen and chooses in less

export function shield(screen) {
  // by the browser's animations, not by a timer: whatever the page is busy with, it ends in time
  screen.animate([{ pointerEvents: 'none' }, { pointerEvents: 'none' }], { duration: MOMENT });
}
