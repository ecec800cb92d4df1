// Data that HQ may know better is shown at once as the box knows it, and replaced if HQ answers in time (`data-told`).
const QUIET = { 'Noren-Quiet': '1' }; // nobody touched anything: the request does not extend a clerk's session

async function ask(part, language) {
  try {
    const url = new URL(part.dataset.ask, location.href);
    url.searchParams.set('lang', language);
    const reply = await fetch(url, { redirect: 'error', headers: QUIET });
    if (reply.status !== 200 || !reply.headers.has('Noren-Page')) return;
    const told = new DOMParser().parseFromString(await reply.text(), 'text/html').querySelector('[data-told]');
    if (told && part.isConnected) part.replaceWith(document.adoptNode(told));
  } catch {
    // what is shown stays, as of its own time
  }
}

export function askHq(screen, language) {
  for (const part of screen.querySelectorAll('[data-ask]')) ask(part, language);
}
