// When a screen has been cut off from the box for 30 s it says so, and since when; what it shows may no longer be true.
import { timeOfDay, boxTime } from './clock.js';

const PATIENCE = 30; // seconds

// changed(time) with the time of day of the last sign of life, or null once the box answers again.
export function cutOff(changed) {
  let last = performance.now();
  let at = boxTime();
  let cut = false;
  setInterval(() => {
    if (!cut && performance.now() - last > PATIENCE * 1000) {
      cut = true;
      changed(timeOfDay(at));
    }
  }, 1000);
  return () => {
    last = performance.now();
    at = boxTime();
    if (cut) {
      cut = false;
      changed(null);
    }
  };
}
