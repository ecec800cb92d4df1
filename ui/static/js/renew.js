// Loads the page anew when the box serves another version of it, but only once the new one is there to be had: a reload
// into a bad line would leave a browser's error page on the wall.
const TRIED = 'renewed-for';
let renewing = false;

// to: the version the box tells of; a page that has loaded itself for it already does not do so again and again.
export async function renew(to) {
  if (renewing || sessionStorage.getItem(TRIED) === to) return;
  renewing = true;
  try {
    const reply = await fetch(location.href, { redirect: 'error' });
    if (!reply.ok || !reply.headers.has('Noren-Page')) return;
    sessionStorage.setItem(TRIED, to);
    location.reload();
  } catch {
    // the next heartbeat asks again
  } finally {
    renewing = false;
  }
}
