// One stream per page that always comes back. Bare EventSource is dead for ever after one 503 or HTML reply, and it
// never notices an open stream that has gone silent.
const QUIET = 12500; // ms without a heartbeat (one every 5 s) before the connection counts as dead
const FIRST = 400; // ms before the first new attempt; each further one waits twice as long
const LONGEST = 8000; // ms
const EVENTS = ['hb', 'outcome', 'refused', 'orders', 'line', 'calls', 'sessions'];

export const screenId = () => [...crypto.getRandomValues(new Uint8Array(8))].map((n) => n.toString(16).padStart(2, '0')).join('');

// A device that was taken off the box's list shows nothing of anybody any more; the first page says what to do.
async function leaveUnlessKnown() {
  try {
    const reply = await fetch('/paired', { redirect: 'error' });
    if (reply.status !== 403 || !reply.headers.has('Noren-Page')) return;
    document.documentElement.style.visibility = 'hidden';
    location.replace('/');
  } catch {
    // the box is away: asked again with the next attempt
  }
}

// on(kind, data) for each event; heard(data) for each sign of life, heartbeats with {time, version}; lost() when it ends.
export function live(station, { last = '', on, heard = () => {}, lost = () => {} }) {
  const screen = screenId();
  let source;
  let tries = 0;
  let waiting;
  let watching;

  const open = () => {
    clearTimeout(waiting);
    source?.close();
    source = new EventSource(`/live/${station}?screen=${screen}&last=${encodeURIComponent(last)}`);
    source.onerror = again; // never let the browser decide whether it tries again
    source.addEventListener('bye', () => open()); // the box ended a long stream in good order
    for (const kind of EVENTS) source.addEventListener(kind, take);
    watch();
  };
  const watch = () => {
    clearTimeout(watching);
    watching = setTimeout(again, QUIET);
  };
  const again = () => {
    source?.close();
    clearTimeout(watching);
    clearTimeout(waiting);
    lost();
    leaveUnlessKnown();
    const wait = Math.min(LONGEST, FIRST * 2 ** tries) * (0.7 + Math.random() * 0.6);
    tries += 1;
    waiting = setTimeout(open, wait);
  };
  const take = (event) => {
    watch();
    tries = 0;
    if (event.lastEventId) last = event.lastEventId;
    const data = JSON.parse(event.data);
    heard(event.type === 'hb' ? data : {});
    if (event.type !== 'hb') on(event.type, data);
  };
  addEventListener('online', () => {
    tries = 0;
    open();
  });
  open();
}
