// The reception page: when an answer changes, the papers and the fees it decides are asked of the server and put in
// place; nothing else on the page moves and focus stays. Without this script the button "Cập nhật" does the same.
const form = document.getElementById("tiep-nhan");
const parts = (form?.dataset.parts || "").split(" ").filter(Boolean);
let waiting = 0;
let running = null;

const names = (root) => [...root.querySelectorAll("section.fields [name]")].map((input) => input.name).sort().join();

async function refresh() {
  running?.abort();
  running = new AbortController();
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  data.set("act", "refresh");
  const answer = await fetch(location.href, { method: "POST", body: data, signal: running.signal });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (names(page) !== names(document)) {
    document.querySelector("[data-fresh]")?.remove();
    const words = Object.assign(document.createElement("p"), { className: "note warn", textContent: "Câu trả lời vừa đổi mở thêm câu hỏi. Bấm “Cập nhật câu hỏi và giấy tờ”." });
    words.dataset.fresh = "";
    words.setAttribute("role", "status");
    document.getElementById("giay-to").before(words);
  }
  fill(page);
  for (const id of parts) put(document.getElementById(id), page.getElementById(id));
}

// What the server could fill in from the applicant goes into boxes that are still empty; nothing typed is touched.
function fill(page) {
  for (const fresh of page.querySelectorAll("section.fields [name]")) {
    const same = [...form.elements].filter((one) => one.name === fresh.name);
    if (!same.length || same.includes(document.activeElement)) continue;
    if (fresh.type === "radio" || fresh.type === "checkbox") {
      if (fresh.checked && !same.some((one) => one.checked)) same.find((one) => one.value === fresh.value)?.click();
    } else if (fresh.value && !same[0].value) {
      same[0].value = fresh.value;
    }
  }
}

// Rows that are there already stay as they are: a chosen file must not be lost.
function put(old, fresh) {
  if (!old || !fresh || old.contains(document.activeElement)) return;
  for (const row of fresh.querySelectorAll("fieldset.card[id]")) {
    const same = old.querySelector(`#${CSS.escape(row.id)}`);
    if (same) row.replaceWith(same);
  }
  old.replaceChildren(...fresh.childNodes);
}

form?.addEventListener("change", (event) => {
  if (parts.some((id) => document.getElementById(id)?.contains(event.target))) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => refresh().catch(() => { /* the button does the same */ }), 400);
});
// Enter in a box must not take the dossier in: it goes to the next box, as a hand scanner ends with Enter.
form?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input:not([type=submit]):not([type=button])") || event.defaultPrevented) return;
  event.preventDefault();
  const boxes = [...form.elements].filter((one) => one.matches("input:not([type=hidden]), select, textarea") && !one.disabled && one.offsetParent);
  boxes[boxes.indexOf(event.target) + 1]?.focus();
});
