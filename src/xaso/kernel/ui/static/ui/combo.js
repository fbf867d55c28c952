// A long select becomes a box to type in: <select data-combo="here"> filters its own options, data-combo="URL" asks the
// server with ?q= for [{value, label, note}]. The select stays in the form and keeps the value. In an address block
// (data-address data-search="URL") the communes follow the province: URL?province=38.
import { make } from "./store.js";

const later = (ms) => new Promise((done) => setTimeout(done, ms));

// Rows of the server; a request that was lost is repeated while somebody still waits for it.
async function ask(url, awaited) {
  for (const pause of [0, 1000, 3000, 8000]) {
    if (pause) await later(pause);
    if (!awaited()) return null;
    const answer = await fetch(url).catch(() => null);
    const rows = answer?.ok ? await answer.json().catch(() => null) : null;
    if (rows) return rows;
    if (answer && answer.status >= 400 && answer.status < 500 && ![408, 429].includes(answer.status)) return null;
  }
  return null;
}

const fold = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");

function combo(select) {
  const id = `${select.id}_find`;
  const input = make("input", { type: "text", id, className: select.className, value: select.selectedOptions[0]?.value ? select.selectedOptions[0].label : "" });
  const facts = { role: "combobox", autocomplete: "off", "aria-expanded": "false", "aria-controls": `${id}_list`, "aria-autocomplete": "list" };
  for (const name of ["aria-invalid", "aria-describedby"]) if (select.hasAttribute(name)) facts[name] = select.getAttribute(name);
  Object.entries(facts).forEach(([name, value]) => input.setAttribute(name, value));
  const list = make("ul", { id: `${id}_list`, hidden: true });
  list.setAttribute("role", "listbox");
  const label = document.querySelector(`label[for="${select.id}"]`);
  if (label) { label.htmlFor = id; list.setAttribute("aria-label", label.textContent); }
  const said = make("p", { className: "vh" });
  said.setAttribute("role", "status");
  select.hidden = true;
  select.after(make("div", { className: "suggest" }, input, list), said);
  input.dataset.for = select.id; // where links of the error summary lead now

  let found = [], at = -1, timer, asked = 0, typing = false;
  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); at = -1; };
  const choose = (one) => {
    if (![...select.options].some((option) => option.value === one.value)) select.add(new Option(one.label, one.value));
    select.value = one.value;
    input.value = one.label;
    typing = false;
    const province = select.closest("[data-address]")?.querySelector("select"); // a commune of another province was found
    if (province && province !== select) province.value = one.value.split("/")[0];
    close();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const show = (rows) => {
    found = rows.slice(0, 100);
    at = -1;
    list.replaceChildren(...found.map((one, n) => {
      const row = make("li", { id: `${id}_${n}`, onpointerdown: (event) => { event.preventDefault(); choose(one); } }, one.label);
      if (one.note) row.append(make("span", { className: "hint", textContent: ` ${one.note}` }));
      row.setAttribute("role", "option");
      return row;
    }));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    said.textContent = found.length ? `${rows.length} kết quả` : "Không có kết quả. Thử gõ ngắn hơn.";
  };
  const search = async () => {
    const words = input.value === select.selectedOptions[0]?.label ? "" : fold(input.value.trim());
    const own = [...select.options].filter((option) => option.value && fold(option.label).includes(words));
    const turn = ++asked;
    if (select.dataset.combo === "here" || words.length < 2) return show(own);
    if (own.length) show(own); // what is on the page needs no line
    else said.textContent = "Đang tìm";
    const url = `${select.dataset.combo}${select.dataset.combo.includes("?") ? "&" : "?"}q=${encodeURIComponent(input.value)}`;
    const rows = await ask(url, () => turn === asked);
    if (turn !== asked || at >= 0 || document.activeElement !== input) return;
    if (!rows && !own.length) said.textContent = "Chưa tìm được vì mạng yếu. Gõ lại để tìm.";
    const here = new Set(own.map((option) => option.value));
    if (rows) show([...own, ...rows.filter((row) => !here.has(row.value))]);
  };
  input.addEventListener("input", () => { typing = true; clearTimeout(timer); timer = setTimeout(search, select.dataset.combo === "here" ? 0 : 250); });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => list.hidden && search());
  input.addEventListener("blur", () => {
    close();
    typing = false;
    if (!input.value.trim()) select.value = "";
    else input.value = select.selectedOptions[0]?.value ? select.selectedOptions[0].label : input.value;
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return close();
    if (event.key === "Enter" && at >= 0) { event.preventDefault(); return choose(found[at]); }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    if (list.hidden) return search();
    at = (at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length;
    [...list.children].forEach((row, n) => row.setAttribute("aria-selected", String(n === at)));
    list.children[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", `${id}_${at}`);
  });
  select.addEventListener("refilled", () => { if (typing) search(); else input.value = ""; }); // never wipe what is being typed
}

document.querySelectorAll("select[data-combo]").forEach(combo);

document.querySelectorAll("[data-address][data-search]").forEach((block) => {
  const [province, unit] = block.querySelectorAll("select");
  let asked = 0;
  province.addEventListener("change", async () => {
    const turn = ++asked;
    const rows = await ask(`${block.dataset.search}?province=${encodeURIComponent(province.value)}`, () => turn === asked);
    if (!rows || turn !== asked) return;
    unit.replaceChildren(new Option("Chọn xã, phường", ""), ...rows.map((row) => new Option(row.label, row.value)));
    unit.dispatchEvent(new Event("refilled"));
  });
});
