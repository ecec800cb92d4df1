// Keeps the offline page, with all it links to, and shows it in place of a page that cannot be had. It answers nothing
// else: a page, a scan and a stream go to the box as if it were not there.
const CACHE = `offline-${new URL(location).searchParams.get('v')}`;
const PAGE = '/offline';

async function keep() {
  const page = await fetch(PAGE, { cache: 'no-store' });
  if (!page.ok || !page.headers.has('Noren-Page')) throw new Error(`${PAGE}: ${page.status}, not the box's`);
  const parts = [...(await page.clone().text()).matchAll(/(?:href|src)="(\/[^"]+)"/g)].map((found) => found[1].replaceAll('&amp;', '&'));
  const cache = await caches.open(CACHE);
  await cache.addAll(parts);
  await cache.put(PAGE, page);
}

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith('offline-') && name !== CACHE).map((name) => caches.delete(name)));
}

// What the front answers by itself while there is no box behind it.
const isNobody = (reply) => [502, 503, 504].includes(reply.status) && !reply.headers.has('Noren-Page');

async function navigate(event) {
  try {
    const reply = await fetch(event.request);
    if (isNobody(reply)) return (await caches.match(PAGE)) ?? reply;
    // the chain's colours or words may be others since; with the box away it stays as it is
    event.waitUntil(keep().catch((error) => console.warn('offline page not renewed:', error.message)));
    return reply;
  } catch (error) {
    const kept = await caches.match(PAGE);
    if (!kept) throw error;
    return kept;
  }
}

async function part(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(request);
    if (!kept) throw error;
    return kept;
  }
}

addEventListener('install', (event) => {
  // What scripts ask for passes by a sleeping worker, so that no scan waits for it to wake (Static Routing API; where a
  // browser has none, such a request wakes it and then goes to the box all the same).
  if (event.addRoutes) {
    event.waitUntil(event.addRoutes([
      { condition: { requestMode: 'cors' }, source: 'network' },
      { condition: { urlPattern: '/picture/*' }, source: 'network' },
    ]));
  }
  event.waitUntil(keep());
  skipWaiting();
});
addEventListener('activate', (event) => event.waitUntil(dropOthers().then(() => clients.claim())));
addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  if (request.mode === 'navigate') event.respondWith(navigate(event));
  else if (request.mode === 'no-cors' && ['style', 'script'].includes(request.destination)) event.respondWith(part(request));
});
