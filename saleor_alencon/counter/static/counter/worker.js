"use strict";
// The counter on a bad line: its files come from the device, its pages from the Office, and from
// the device where the Office does not answer in time. VERSION is written above by the Office.
const FILES = `alencon-files-${VERSION}`;
const PAGES = "alencon-pages";
const PATIENCE_MS = 4000;
const DESK = "/boutique/comptoir/";
const FRAGMENTS = ["/boutique/comptoir/liste", "/boutique/comptoir/moi", "/boutique/comptoir/actions"];
const MOST_PAGES = 60;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("alencon-files-") && name !== FILES) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

const file = async (request) => {
  const kept = await caches.open(FILES);
  const known = await kept.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await kept.put(request, answer.clone());
  return answer;
};

const keepPage = async (request, answer) => {
  const kept = await caches.open(PAGES);
  await kept.put(request.url.split("?")[0], answer);
  const keys = await kept.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_PAGES)).map((key) => kept.delete(key)));
};

const page = async (event) => {
  const { request } = event;
  const asked = fetch(request).then(async (answer) => {
    if (answer.ok && !answer.redirected && answer.type === "basic") {
      event.waitUntil(keepPage(request, answer.clone()));
    } else if (answer.redirected && new URL(answer.url).pathname.startsWith("/connexion/")) {
      await caches.delete(PAGES); // signed out: what was kept is nobody's to read any more
    }
    return answer;
  });
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const first = await Promise.race([asked.catch(() => null), late]);
  if (first) return first;
  const kept = await caches.open(PAGES);
  const url = request.url.split("?")[0];
  return (await kept.match(url)) ?? asked.catch(async () => (await kept.match(self.location.origin + DESK)) ?? Response.error());
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && url.pathname.startsWith(DESK)) {
    if (!FRAGMENTS.some((each) => url.pathname.startsWith(each))) event.respondWith(page(event));
  }
});
