// On the page that is shown in place of another one: once the box answers, that one is loaded. A classic script, because the
// worker lets module scripts pass by, and this one must come from what it keeps.
const EVERY = 2000; // ms between questions; spread, so that the screens of a shop do not all come at once

async function look() {
  try {
    const reply = await fetch('/offline', { cache: 'no-store' });
    if (reply.ok && reply.headers.has('Noren-Page')) return location.reload();
  } catch {
    // not yet
  }
  setTimeout(look, EVERY * (0.7 + Math.random() * 0.6));
}

document.documentElement.dataset.ready = 'offline';
if (location.pathname !== '/offline') setTimeout(look, EVERY); // opened by hand it replaces no page
