// Has the browser keep the page for when the box does not answer. Browsers allow it over https and on the box itself only.
// The stamp of the static files, which is in this file's own address, makes it another worker for each version.
const stamp = new URL(import.meta.url).pathname.split('/')[2];

navigator.serviceWorker?.register(`/service-worker.js?v=${stamp}`).catch((error) => console.warn('no service worker:', error.message));
