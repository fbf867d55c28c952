// The worker. Shell files: kept beforehand. Static files: the kept copy first (their names carry their hash). Pages: the
// line first, 4 seconds, then the kept copy with its date shown. Posts are never touched. Personal pages (no-store,
// private) are never kept, except the signed-in field app's own (X-Keep-Offline), wiped at sign-out.
const SHELL = [/* SHELL */];
const NAME = "xaso-1";
const LIMIT = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll([...SHELL, "/offline"])));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
    const cache = await caches.open(NAME);
    for (const asked of await cache.keys()) {
      const path = new URL(asked.url).pathname;
      if (path.startsWith("/static/") && SHELL.length && !SHELL.includes(path)) await cache.delete(asked);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("message", (event) => {
  if (event.data === "take-over") self.skipWaiting();
  if (event.data === "signed-out") event.waitUntil(forgetPages());
  if (event.data?.keep) event.waitUntil(keep(event.data.keep));
});

// A field page asks to be kept with its parts: on the first visit it came before there was a worker.
async function keep(addresses) {
  const cache = await caches.open(NAME);
  for (const address of addresses) {
    const url = new URL(address, location.href);
    if (url.origin !== location.origin || (url.pathname.startsWith("/static/") && (await cache.match(url.href)))) continue;
    const answer = await fetch(url.href, { credentials: "same-origin" }).catch(() => null);
    if (answer && (url.pathname.startsWith("/static/") ? answer.ok : answer.headers.get("X-Keep-Offline") === "yes" && mayKeep(answer))) await cache.put(url.href, answer);
  }
}

async function forgetPages() {
  const cache = await caches.open(NAME);
  for (const asked of await cache.keys()) if (!new URL(asked.url).pathname.startsWith("/static/")) await cache.delete(asked);
  await cache.add("/offline");
}

function mayKeep(answer) {
  if (!answer.ok || answer.redirected) return false;
  if (answer.headers.get("X-Keep-Offline") === "yes") return true;
  return !/no-store|private/.test(answer.headers.get("Cache-Control") || "") && !answer.headers.has("Set-Cookie") && !/cookie/i.test(answer.headers.get("Vary") || "");
}

async function staticFile(request) {
  const cache = await caches.open(NAME);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) cache.put(request, answer.clone());
  return answer;
}

async function page(request) {
  const cache = await caches.open(NAME);
  try {
    const answer = await Promise.race([fetch(request), new Promise((_, fail) => setTimeout(fail, LIMIT, new Error("slow")))]);
    if (mayKeep(answer)) cache.put(request, answer.clone());
    return answer;
  } catch {
    const kept = (await cache.match(request)) || (await fieldPage(cache, request));
    if (kept) return dated(kept);
    // Nothing kept: a slow line may still bring the page; a dead one shows what to do.
    return fetch(request).catch(async () => (await cache.match("/offline")) || Response.error());
  }
}

// A field page takes its question (which plant, which work) from the address: without a line one kept copy serves all.
async function fieldPage(cache, request) {
  const kept = await cache.match(request, { ignoreSearch: true, ignoreVary: true });
  return kept?.headers.get("X-Keep-Offline") === "yes" ? kept : undefined;
}

async function dated(kept) {
  const at = new Date(kept.headers.get("Date") || 0).toLocaleString("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour12: false });
  const note = `<div class="note warn" role="status"><div><p>Đang mất mạng. Đây là bản lưu lúc ${at}.</p></div></div>`;
  const text = (await kept.text()).replace(/(<main[^>]*>)/, `$1${note}`);
  const headers = new Headers(kept.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return new Response(text, { status: 200, headers });
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(staticFile(request));
  else if (request.mode === "navigate") event.respondWith(page(request));
});

// A notice that the product pushed: shown once for each tag; a click opens its page.
self.addEventListener("push", (event) => {
  const told = event.data?.json() || {};
  event.waitUntil(self.registration.showNotification(told.title || "Thông báo", { body: told.body || "", tag: told.tag, data: { url: told.url || "/" }, lang: "vi" }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url || "/", location.href);
  event.waitUntil(self.clients.openWindow(url.origin === location.origin ? url.href : "/"));
});
