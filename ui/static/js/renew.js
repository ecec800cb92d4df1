// Loads the page anew when the box serves another version of it, but only once the new one is there to be had: a reload
// into a bad line would leave a browser's error page on the wall.
let renewing = false;

export async function renew() {
  if (renewing) return;
  renewing = true;
  try {
    const reply = await fetch(location.href, { redirect: 'error' });
    if (reply.ok && reply.headers.has('Noren-Page')) location.reload();
  } catch {
    // the next heartbeat asks again
  } finally {
    renewing = false;
  }
}
