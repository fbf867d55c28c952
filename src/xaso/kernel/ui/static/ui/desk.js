// The officers' pages: keys j, k, Enter in a list (turned off by data-keys="off"), choosing many rows across pages,
// focus and words after a swap, and a plain sentence when the server does not answer.
import "./form.js";

const said = document.getElementById("said");
const say = (words) => { if (said) said.textContent = words; };

const rows = () => [...document.querySelectorAll(".tbl tbody tr[data-url]")];
function go(step) {
  const list = rows();
  if (!list.length) return;
  const now = list.findIndex((row) => row.classList.contains("on"));
  const next = Math.max(0, Math.min(list.length - 1, now + step));
  list[now]?.classList.remove("on");
  list[next].classList.add("on");
  const link = list[next].querySelector("a, input");
  (link || list[next]).focus();
  list[next].scrollIntoView({ block: "nearest" });
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && location.hash === "#menu") location.hash = "#main";
  if (event.ctrlKey || event.metaKey || event.altKey || document.documentElement.dataset.keys === "off") return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog, [contenteditable]")) return;
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "Enter" && !event.target.closest("a, button, input:not([type=checkbox]), summary")) {
    const row = document.querySelector(".tbl tr.on[data-url]");
    if (!row) return;
    event.preventDefault(); // on a row's check box Enter would send the form of the list; the space bar ticks it
    location.assign(row.dataset.url);
  }
});

// Rows chosen on one page of a list stay chosen on the next; the bar says how many; the form sends them all.
function bulk(form) {
  const key = `picked:${location.pathname}`;
  let picked;
  try { picked = new Set(JSON.parse(sessionStorage.getItem(key) || "[]")); } catch { picked = new Set(); }
  const bar = form.querySelector("[data-bulk-bar]");
  const words = form.querySelector("[data-bulk-said]");
  const hint = words.textContent;
  const boxes = () => [...form.querySelectorAll("input[name=pick]")];
  const show = () => {
    // A list that is there to be worked through keeps its bar; elsewhere it comes with the first tick.
    bar.hidden = !picked.size && bar.dataset.bulkBar !== "stays";
    bar.querySelectorAll(".btn").forEach((one) => { one.hidden = !picked.size; });
    words.textContent = picked.size ? `Đã chọn ${picked.size} hồ sơ` : hint;
    try { sessionStorage.setItem(key, JSON.stringify([...picked])); } catch { /* kept on this page only */ }
  };
  boxes().forEach((box) => { box.checked = picked.has(box.value); });
  form.addEventListener("change", (event) => {
    if (event.target.name !== "pick") return;
    event.target.checked ? picked.add(event.target.value) : picked.delete(event.target.value);
    show();
  });
  const act = (label, run) => Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: label, onclick: run });
  words.after(
    act("Chọn cả trang", () => { boxes().forEach((box) => { box.checked = true; picked.add(box.value); }); show(); }),
    act("Bỏ chọn", () => { boxes().forEach((box) => { box.checked = false; }); picked.clear(); show(); say("Đã bỏ chọn"); }),
  );
  form.addEventListener("submit", () => {
    const here = new Set(boxes().map((box) => box.value));
    for (const value of picked) {
      if (!here.has(value)) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "pick", value }));
    }
    sessionStorage.removeItem(key);
  });
  show();
}
document.querySelectorAll("form[data-bulk]").forEach(bulk);

// <button data-confirm="Từ chối hồ sơ này?"> asks once more in a dialog; without script the server asks on a page.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-confirm]");
  if (!button || button.dataset.sure || !window.HTMLDialogElement) return;
  event.preventDefault();
  const make = (tag, facts, ...inside) => { const one = Object.assign(document.createElement(tag), facts); one.append(...inside); return one; };
  const yes = make("button", { className: button.className, textContent: button.textContent.trim(), onclick: () => { button.dataset.sure = "1"; dialog.close(); button.click(); delete button.dataset.sure; } });
  const no = make("button", { className: "btn second", textContent: "Thôi", onclick: () => dialog.close() });
  const dialog = make("dialog", { onclose: () => { dialog.remove(); button.focus(); } }, make("h2", { id: "sure", textContent: button.dataset.confirm }), make("p", { className: "acts" }, yes, no));
  dialog.setAttribute("aria-labelledby", "sure");
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
});

// After a swap: words of [data-say] are spoken, focus goes to [data-focus] of the new part, or back to the same id.
document.addEventListener("htmx:before:request", (event) => {
  document.body.dataset.focused = document.activeElement?.id || "";
  event.target.closest?.("[id]")?.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:after:swap", (event) => {
  document.querySelectorAll("[aria-busy]").forEach((element) => element.removeAttribute("aria-busy"));
  const part = event.target.isConnected ? event.target : document;
  const words = part.querySelector?.("[data-say]");
  if (words) say(words.dataset.say || words.textContent);
  const next = part.querySelector?.("[data-focus]") || document.getElementById(document.body.dataset.focused || "-");
  if (next) next.focus();
  else if (document.activeElement === document.body) document.getElementById("main")?.focus();
});
for (const name of ["htmx:response:error", "htmx:error"]) {
  document.addEventListener(name, () => {
    document.querySelectorAll("[aria-busy]").forEach((element) => element.removeAttribute("aria-busy"));
    document.getElementById("fault")?.remove();
    const note = Object.assign(document.createElement("div"), { id: "fault", className: "note danger", textContent: "Máy chủ chưa trả lời. Nội dung trên trang chưa đổi. Thử lại sau ít phút." });
    note.setAttribute("role", "alert");
    document.getElementById("main").prepend(note);
  });
}
