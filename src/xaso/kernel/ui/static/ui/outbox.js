// Finished entries wait here until the server says yes: <form data-outbox="TITLE">. Each entry has a UUID the server
// takes as once-key, so a repeat is the same entry. Sent on opening, on "online", on a timer 2^n s up to 5 minutes, and by
// "Gửi ngay" in <div data-outbox-list>. Background sync is not relied on.
import "./form.js";
import { all, clock, drop, make, put } from "./store.js";

const LONGEST = 300;
const WORDS = { kept: "Đã lưu trong máy, chưa gửi", sending: "Đang gửi", failed: "Gửi lỗi – thử lại" };
let timer, busy = false, failures = 0, chosen = false;

async function freshToken(page) {
  const text = await (await fetch(page)).text();
  return new DOMParser().parseFromString(text, "text/html").querySelector("[name=csrfmiddlewaretoken]")?.value;
}

async function post(row) {
  const body = new FormData();
  row.fields.forEach(([name, value]) => body.append(name, value));
  body.set("once_key", row.id);
  return fetch(row.url, { method: "POST", body, headers: { "X-Once-Key": row.id } });
}

async function sendOne(row) {
  await put("outbox", { ...row, state: "sending" });
  draw();
  let answer = await post(row);
  if (answer.status === 403) {
    const token = await freshToken(row.page);
    if (token) {
      row.fields = row.fields.map(([name, value]) => [name, name === "csrfmiddlewaretoken" ? token : value]);
      answer = await post(row);
    }
  }
  if (answer.ok) {
    await drop("outbox", row.id);
    return { row, url: answer.redirected ? answer.url : "" };
  }
  if (answer.status >= 500 || answer.status === 429) throw new Error("later");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const why = [...page.querySelectorAll(".errs li")].map((line) => line.textContent.trim()).join(". ");
  await put("outbox", { ...row, state: "failed", why: why || page.querySelector("h1")?.textContent || "" });
  return null;
}

export async function sendAll(by) {
  if (busy) return null;
  busy = true;
  clearTimeout(timer);
  let last = null;
  try {
    for (const row of await all("outbox")) {
      if (row.state === "failed" && by !== "hand") continue;
      try {
        last = (await sendOne(row)) || last;
        failures = 0;
      } catch {
        await put("outbox", { ...row, state: "kept" });
        failures += 1;
        timer = setTimeout(sendAll, Math.min(LONGEST, 2 ** failures) * 1000);
        break;
      }
    }
  } finally {
    busy = false;
    draw();
  }
  return last;
}

function save(row) {
  const facts = { ...row, fields: row.fields.map(([name, value]) => [name, typeof value === "string" ? value : value.name]) };
  const link = make("a", { href: URL.createObjectURL(new Blob([JSON.stringify(facts, null, 1)], { type: "application/json" })), download: `${row.title}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function draw() {
  const rows = await all("outbox");
  document.querySelectorAll("[data-outbox-count]").forEach((box) => { box.textContent = rows.length ? `${rows.length} mục chưa gửi` : "Đã gửi hết"; });
  document.querySelectorAll("[data-outbox-list]").forEach((box) => {
    const act = (label, run) => make("button", { type: "button", className: "link", textContent: label, onclick: run });
    box.replaceChildren(...rows.map((row) => make("div", { className: "card" },
      make("p", {}, make("b", { textContent: row.title }), ` lúc ${clock(row.at)}`),
      make("p", { className: row.state === "failed" ? "err" : "muted", textContent: `${WORDS[row.state]}${row.why ? `: ${row.why}` : ""}` }),
      make("p", { className: "row" }, act("Gửi ngay", () => sendAll("hand")), make("a", { href: `${row.page}#mo=${row.id}`, textContent: "Mở" }),
        act("Xuất ra tệp", () => save(row)), act("Xóa", () => confirm(`Xóa “${row.title}” khỏi máy? Mục này chưa được gửi.`) && drop("outbox", row.id).then(draw))))));
  });
  if (!rows.length) offerNew();
}

document.querySelectorAll("form[data-outbox]").forEach((form) => {
  form.addEventListener("submit", async (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const fields = [...new FormData(form)];
    if (event.submitter?.name) fields.push([event.submitter.name, event.submitter.value]);
    const id = form.elements.once_key?.value || crypto.randomUUID();
    const kept = await put("outbox", { id, title: form.dataset.outbox || document.title, url: form.action, page: location.pathname, fields, at: Date.now(), state: "kept" });
    if (kept === undefined) { form.submit(); return; } // no storage (private mode): the plain way
    navigator.storage?.persist?.();
    const sent = await sendAll();
    if (sent?.url) location.assign(sent.url);
    else {
      form.dispatchEvent(new CustomEvent("outbox:kept", { bubbles: true, detail: { id } }));
      document.querySelector("[data-outbox-list]")?.scrollIntoView();
    }
  });
});

addEventListener("online", () => sendAll());
document.addEventListener("visibilitychange", () => document.hidden || sendAll());
sendAll();

// A new version waits until nothing is waiting here: a form must not change in mid-entry.
function offerNew() {
  navigator.serviceWorker?.getRegistration().then((known) => {
    if (!known?.waiting || document.getElementById("new-version")) return;
    const note = make("div", { id: "new-version", className: "note info" }, make("div", {}, "Có bản mới của trang này. ", make("button", {
      type: "button", className: "link", textContent: "Dùng bản mới", onclick: () => { chosen = true; known.waiting.postMessage("take-over"); } })));
    document.getElementById("main")?.prepend(note);
  });
}
navigator.serviceWorker?.register("/sw.js").catch(() => {});
// Only then: the very first worker also takes over, and a reload there would lose what is being typed.
navigator.serviceWorker?.addEventListener("controllerchange", () => chosen && location.reload());
