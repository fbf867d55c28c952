// A form that is not lost: <form data-draft="KEY" data-step="PAGE" data-saved-at="ISO">. The server keeps a draft at each
// "Tiếp tục"; this keeps a copy in the phone between them, if the phone is the person's own. The page after the last
// post carries data-draft-done="KEY", which wipes the copies.
import "./form.js";
import { all, clock, drop, get, make, mine, put, reachable, wipe } from "./store.js";

const WEEK = 7 * 24 * 3600e3;
const SKIP = new Set(["csrfmiddlewaretoken", "once_key", "password"]);

function fields(form) {
  return [...new FormData(form)].filter(([name, value]) => !SKIP.has(name) && typeof value === "string");
}

function fill(form, kept) {
  const values = new Map();
  for (const [name, value] of kept) values.set(name, [...(values.get(name) || []), value]);
  for (const input of form.elements) {
    if (!input.name || SKIP.has(input.name) || input.type === "file" || input.type === "hidden") continue;
    const given = values.get(input.name) || [];
    if (input.type === "checkbox" || input.type === "radio") input.checked = given.includes(input.value);
    else if (given.length) input.value = given.shift();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function banner(form, kind, words, ...acts) {
  form.querySelector(".note.js-draft")?.remove();
  const box = make("div", { className: `note ${kind} js-draft` }, make("div", {}, make("p", {}, words), make("p", { className: "row" }, ...acts)));
  box.setAttribute("role", "status");
  form.prepend(box);
  return box;
}

const act = (label, run, kind = "second") => make("button", { type: "button", className: `btn ${kind} small`, textContent: label, onclick: run });

async function watch(form) {
  const id = `${form.dataset.draft}/${form.dataset.step || ""}`;
  let timer, changed = false;
  const keep = async () => {
    if (!changed || !mine()) return;
    await put("drafts", { id, draft: form.dataset.draft, at: Date.now(), fields: fields(form) });
    const said = form.querySelector("[data-kept]");
    if (said) said.textContent = `Đã lưu trong máy lúc ${clock(Date.now())}, chưa gửi.`;
  };
  form.addEventListener("input", () => { changed = true; clearTimeout(timer); timer = setTimeout(keep, 1000); });
  addEventListener("pagehide", keep);

  form.addEventListener("submit", async (event) => {
    if (event.defaultPrevented || form.dataset.sure) return;
    event.preventDefault();
    changed = true;
    keep();
    if (await reachable()) {
      form.dataset.sure = "1";
      delete form.dataset.sentAt;
      form.requestSubmit ? form.requestSubmit(event.submitter) : form.submit();
      return;
    }
    delete form.dataset.sentAt;
    const where = mine() ? "Đã lưu trong máy, chưa gửi." : "Chưa gửi. Đừng đóng trang này.";
    banner(form, "warn", `Đang mất mạng. ${where}`, act("Gửi lại", () => form.requestSubmit(event.submitter), "")).scrollIntoView();
  });
  addEventListener("pageshow", () => delete form.dataset.sure);

  const box = make("input", { type: "checkbox", checked: mine() });
  box.onchange = () => { mine(box.checked); changed = true; box.checked ? keep() : wipe("drafts"); };
  const words = make("span", {}, "Đây là máy của tôi", make("span", { className: "hint", textContent: "Giữ những gì đã điền trong máy này đến khi nộp, nhiều nhất 7 ngày." }));
  const kept = make("p", { className: "hint" });
  kept.dataset.kept = "";
  const own = make("div", { className: "field no-print" }, make("label", { className: "choice" }, box, words), kept);
  (form.querySelector(".acts") || form.lastElementChild).before(own);

  const row = await get("drafts", id);
  if (!row || !(row.at > Date.parse(form.dataset.savedAt || 0))) return;
  if (JSON.stringify(row.fields) === JSON.stringify(fields(form))) return;
  const note = banner(form, "info", `Đã lưu trong máy lúc ${clock(row.at)}, chưa gửi. Điền lại những gì đã viết?`,
    act("Điền lại", () => { fill(form, row.fields); note.remove(); form.querySelector("input:not([type=hidden]), select, textarea")?.focus(); }, ""),
    act("Bỏ", () => { drop("drafts", id); note.remove(); }));
}

// One tab writes a draft at a time; another tab says so and keeps its hands off.
function alone(form) {
  if (!navigator.locks) return watch(form);
  navigator.locks.request(`draft:${form.dataset.draft}`, { ifAvailable: true }, (lock) => {
    if (!lock) {
      banner(form, "warn", "Biểu mẫu này đang mở ở một thẻ khác. Điền tiếp ở thẻ đó để không bị lẫn.", act("Tải lại trang này", () => location.reload()));
      return undefined;
    }
    watch(form);
    return new Promise(() => {});
  });
}

document.querySelectorAll("form[data-draft]").forEach(alone);

const done = document.querySelector("[data-draft-done]")?.dataset.draftDone;
all("drafts").then((rows) => rows.forEach((row) => {
  if (row.draft === done || Date.now() - row.at > WEEK) drop("drafts", row.id);
}));
document.querySelectorAll("form[action*='dang-xuat']").forEach((form) => form.addEventListener("submit", () => {
  wipe("drafts");
  navigator.serviceWorker?.controller?.postMessage("signed-out");
}));
navigator.serviceWorker?.register("/sw.js").catch(() => {});
