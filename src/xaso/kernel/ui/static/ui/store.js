// The small database of a phone: kept forms and waiting posts. Works without it too: every call then answers nothing.
let opening;
function open() {
  opening ??= new Promise((done, fail) => {
    const asked = indexedDB.open("xaso", 1);
    asked.onupgradeneeded = () => ["drafts", "outbox"].forEach((name) => asked.result.createObjectStore(name, { keyPath: "id" }));
    asked.onsuccess = () => {
      const base = asked.result;
      base.onclose = base.onversionchange = () => { base.close(); opening = null; }; // iOS closes it under memory pressure
      done(base);
    };
    asked.onerror = () => fail(asked.error);
  }).catch((fault) => { opening = null; throw fault; });
  return opening;
}

async function run(store, mode, act) {
  try {
    const base = await open();
    return await new Promise((done, fail) => {
      const work = base.transaction(store, mode);
      const asked = act(work.objectStore(store));
      work.oncomplete = () => done(asked && asked.result);
      work.onerror = work.onabort = () => fail(work.error);
    });
  } catch {
    return undefined;
  }
}

export const put = (store, row) => run(store, "readwrite", (s) => s.put(row));
export const get = (store, id) => run(store, "readonly", (s) => s.get(id));
export const all = async (store) => (await run(store, "readonly", (s) => s.getAll())) || [];
export const drop = (store, id) => run(store, "readwrite", (s) => s.delete(id));
export const wipe = (store) => run(store, "readwrite", (s) => s.clear());

// "Đây là máy của tôi": nothing is kept on a phone before its owner says so.
export function mine(value) {
  try {
    if (value !== undefined) value ? localStorage.setItem("xaso-mine", "1") : localStorage.removeItem("xaso-mine");
    return localStorage.getItem("xaso-mine") === "1";
  } catch {
    return false;
  }
}

export const clock = (at) => new Date(at).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", hour12: false });

export function make(tag, facts = {}, ...inside) {
  const element = Object.assign(document.createElement(tag), facts);
  element.append(...inside);
  return element;
}

// Whether the server answers: a real request, for navigator.onLine cannot be trusted to say yes.
export async function reachable(limit = 4000) {
  if (navigator.onLine === false) return false;
  try {
    return (await fetch("/ui/ping", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout?.(limit) })).ok;
  } catch {
    return false;
  }
}
