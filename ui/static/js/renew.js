// Reloads the page when the box serves another version of it, but only once the new one can be fetched: a reload
// over a bad connection would leave a browser's error page on the wall.
const TRIED = 'renewed-for';
let renewing = false;

// to: the version the box announces; a page that has reloaded for it already does not do so again.
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
