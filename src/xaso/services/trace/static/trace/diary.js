// Writing a line in three taps, with or without the line: a tapped plot folds its list away, then the work, then "Lưu".
// Codes are read by the camera and looked up in what the page carries; the voice goes into the form's own file box. What is
// sent, kept and repeated is the outbox's business (ui/outbox.js).
import { make } from "../ui/store.js";

const form = document.querySelector("form[data-diary]");
const box = document.getElementById("diary-data");
const data = box ? JSON.parse(box.textContent) : { plots: {}, plants: {}, last: {} };
const today = () => new Date(Date.now() + 7 * 3600e3).toISOString().slice(0, 10);
const picked = (name) => form.querySelector(`[name="${name}"]:checked`);

// The worker keeps this page for the field, also on the very first visit.
navigator.serviceWorker?.ready.then((known) => {
  const parts = [...document.querySelectorAll("script[src], link[rel=stylesheet]")].map((one) => one.src || one.href);
  const drawn = [...document.querySelectorAll("use")].map((one) => one.getAttribute("href").split("#")[0]);
  const imported = performance.getEntriesByType("resource").map((one) => one.name).filter((name) => /\.(js|css|svg)(\?|$)/.test(name));
  known.active?.postMessage({ keep: [...new Set([location.pathname, ...parts, ...drawn, ...imported])] });
});

function fold(step) {
  const set = form.querySelector(`[data-step="${step}"]`), chosen = picked(step);
  if (!set || !chosen) return;
  set.querySelector(".js-chosen")?.remove();
  const rest = [...set.children].filter((one) => one.tagName !== "LEGEND");
  rest.forEach((one) => { one.hidden = true; });
  const plant = step === "where" && form.elements.plant.value ? `, cây ${form.elements.plant.value}` : "";
  const words = chosen.closest("label").querySelector("span").firstChild.textContent.trim() || chosen.closest("label").textContent.trim();
  const again = make("button", { type: "button", className: "link", textContent: "Đổi", onclick: () => { rest.forEach((one) => { one.hidden = false; }); line.remove(); } });
  again.setAttribute("aria-label", step === "where" ? "Đổi nơi" : "Đổi việc");
  const line = make("p", { className: "js-chosen row" }, make("b", { textContent: words.replace(/\s+/g, " ") + plant }), again);
  set.append(line);
}

function suits() {
  const crop = picked("where")?.dataset.crop || "";
  form.querySelectorAll('[name="work"]').forEach((one) => {
    const crops = (one.dataset.crops || "").split(" ").filter(Boolean);
    one.closest("label").hidden = Boolean(crop && crops.length && !crops.includes(crop) && !one.checked);
  });
}

function warn() {
  const note = form.querySelector("[data-diary-wait]"), plot = data.plots[(picked("where")?.value || "").replace("site:", "")];
  const day = form.elements.day.value || today();
  const early = picked("work")?.value === "harvesting" && plot?.until && day < plot.until && !form.elements.plant.value;
  note.hidden = !early;
  if (early) note.querySelector("p").textContent = plot.words;
}

function fillIn() {
  const last = data.last[picked("work")?.value];
  if (!last) return;
  for (const name of ["amount", "input"]) {
    const input = form.elements[name];
    if (!input || input.disabled || input.dataset.typed) continue;
    if (input.tagName !== "SELECT" || [...input.options].some((one) => one.value === last[name])) input.value = last[name];
  }
}

function onChange(event) {
  if (event.target.name === "amount" || event.target.name === "input") event.target.dataset.typed = "1";
  if (event.target.name === "where") {
    if (event.isTrusted) form.elements.plant.value = "";
    suits();
    fold("where");
  }
  if (event.target.name === "work") { fold("work"); fillIn(); }
  warn();
}

function choosePlant(token) {
  const found = data.plants[token], plot = Object.entries(data.plots).find(([, told]) => told.code === token);
  const site = found ? found[1] : plot?.[0];
  const radio = site && form.querySelector(`[name="where"][value="site:${site}"]`);
  if (!radio) return false;
  form.elements.plant.value = found ? found[0] : "";
  radio.checked = true;
  suits();
  fold("where");
  warn();
  return true;
}

async function scan(button) {
  const dialog = make("dialog", { className: "stack" }), video = make("video", { playsInline: true, muted: true });
  const said = make("p", { textContent: "Hướng camera vào mã trên cây." });
  said.setAttribute("role", "status");
  let open = true, stream;
  dialog.setAttribute("aria-label", "Quét mã trên cây");
  dialog.append(said, video, make("p", {}, make("button", { type: "button", className: "btn second", textContent: "Đóng", onclick: () => dialog.close() })));
  dialog.addEventListener("close", () => { open = false; stream?.getTracks().forEach((track) => track.stop()); dialog.remove(); button.focus(); });
  document.body.append(dialog);
  dialog.showModal();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
    video.srcObject = stream;
    await video.play();
    const reader = new BarcodeDetector({ formats: ["qr_code"] });
    while (open) {
      const [code] = await reader.detect(video).catch(() => []);
      if (code && choosePlant(code.rawValue.replace(/[?#].*$/, "").replace(/\/$/, "").split("/").pop())) return dialog.close();
      if (code) said.textContent = "Mã này không phải cây, thửa của cơ sở.";
      await new Promise((done) => setTimeout(done, 200));
    }
  } catch {
    said.textContent = "Không mở được camera. Chọn thửa trong danh sách và gõ số cây.";
  }
}

function voice(button) {
  const input = document.getElementById(button.dataset.diaryVoice), said = form.querySelector("[data-diary-said]");
  if (!window.MediaRecorder || !navigator.mediaDevices) return;
  let recorder;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (recorder?.state === "recording") return recorder.stop();
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const parts = [], words = button.lastChild.textContent;
      recorder = new MediaRecorder(stream, { audioBitsPerSecond: 24000 });
      recorder.ondataavailable = ({ data: part }) => parts.push(part);
      recorder.onstop = () => {
        stream.getTracks().forEach((track) => track.stop());
        const kind = recorder.mimeType.split(";")[0], given = new DataTransfer();
        given.items.add(new File(parts, `loi-noi.${kind.split("/")[1] || "webm"}`, { type: kind }));
        input.files = given.files;
        button.lastChild.textContent = words;
        said.textContent = "Đã thu. Bấm Lưu để gửi.";
      };
      recorder.start();
      setTimeout(() => recorder.state === "recording" && recorder.stop(), 90e3);
      button.lastChild.textContent = "Dừng";
      said.textContent = "Đang thu…";
    } catch {
      said.textContent = "Không mở được micro.";
    }
    return undefined;
  });
}

function begin() {
  form.elements.day.value = form.elements.day.defaultValue && form.querySelector(".errs") ? form.elements.day.value : today();
  const asked = new URLSearchParams(location.search);
  const work = asked.get("viec") && form.querySelector(`[name="work"][value="${CSS.escape(asked.get("viec"))}"]`);
  if (work) work.checked = true;
  if (asked.get("thua")) form.querySelector(`[name="where"][value="site:${CSS.escape(asked.get("thua"))}"]`)?.click();
  if (asked.get("cay")) choosePlant(asked.get("cay"));
  const only = form.querySelectorAll('[name="where"]');
  if (only.length === 1) only[0].checked = true;
  suits();
  if (!document.querySelector(".bad")) { fold("where"); fold("work"); }
  if (picked("work")) picked("work").dispatchEvent(new Event("change", { bubbles: true }));
}

if (form) {
  form.addEventListener("change", onChange);
  form.addEventListener("submit", () => {
    form.elements.at.value = new Date().toISOString();
    const said = ["work", "where"].map((step) => form.querySelector(`[data-step="${step}"] .js-chosen b`)?.textContent);
    form.dataset.outbox = said.filter(Boolean).join(", ") || "Nhật ký";
  }, { capture: true });
  // Kept in the phone: the next line can be written at once.
  form.addEventListener("outbox:kept", () => {
    form.reset();
    form.querySelectorAll(".js-chosen").forEach((one) => one.remove());
    form.querySelectorAll("[data-step] > *").forEach((one) => { one.hidden = false; });
    form.querySelectorAll("[data-typed]").forEach((one) => delete one.dataset.typed);
    delete form.dataset.sentAt;
    begin();
    form.dispatchEvent(new Event("change", { bubbles: true }));
  });
  const scanner = form.querySelector("[data-diary-scan]");
  if ("BarcodeDetector" in window && navigator.mediaDevices) {
    scanner.hidden = false;
    scanner.addEventListener("click", () => scan(scanner));
  }
  form.querySelectorAll("[data-diary-voice]").forEach(voice);
  begin();
}
