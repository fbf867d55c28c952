// "Quét mã trên thẻ": <button data-scan="number=id_number,full_name=name,birth_date=birth,sex=sex,address=home.detail">.
// The camera reads the QR where the browser can; else a hand scanner types into the box (Enter ends). The server takes
// the text apart; what it says fills the form and proves nothing. A box with data-wedge takes a hand scanner at any time.
import { make } from "./store.js";

async function parse(text, form) {
  const body = new URLSearchParams({ text, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken?.value || "" });
  const answer = await fetch("/ui/id-card", { method: "POST", body });
  const facts = await answer.json();
  if (!answer.ok) throw new Error(facts.message);
  return facts;
}

function set(form, name, value) {
  const boxes = typeof value === "object" && value ? Object.entries(value).map(([box, part]) => [`${name}.${box}`, part]) : [[name, value]];
  for (const [key, part] of boxes) {
    const inputs = [...form.elements].filter((input) => input.name === key && part);
    for (const input of inputs) {
      if (input.type === "radio" || input.type === "checkbox") input.checked = input.value === part;
      else input.value = part;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
}

function beep() {
  try {
    const sound = new AudioContext(), tone = sound.createOscillator(), volume = sound.createGain();
    volume.gain.value = 0.1;
    tone.connect(volume).connect(sound.destination);
    tone.frequency.value = 880;
    tone.start();
    tone.stop(sound.currentTime + 0.1);
  } catch { /* silence is fine */ }
}

async function take(text, button, said) {
  const form = button.form;
  const facts = await parse(text, form);
  for (const pair of button.dataset.scan.split(",")) {
    const [fact, name] = pair.split("=");
    if (facts[fact]) set(form, name, facts[fact]);
  }
  beep();
  said.textContent = "Đã điền từ thẻ. Xem lại từng ô; cán bộ vẫn đối chiếu thẻ thật.";
}

async function watchCamera(video, stop, found) {
  const reader = new BarcodeDetector({ formats: ["qr_code"] });
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  video.srcObject = stream;
  stop.then(() => stream.getTracks().forEach((track) => track.stop()));
  await video.play();
  let open = true;
  stop.then(() => { open = false; });
  while (open) {
    const codes = await reader.detect(video).catch(() => []);
    const code = codes.find((one) => one.rawValue.includes("|"));
    if (code) return found(code.rawValue);
    await new Promise((done) => setTimeout(done, 200));
  }
  return undefined;
}

async function openScan(button, said) {
  const dialog = make("dialog", { className: "stack" });
  const input = make("input", { type: "text", id: "card-text" });
  input.setAttribute("autocomplete", "off");
  const label = make("label", { htmlFor: "card-text", textContent: "Đưa thẻ vào máy quét, hoặc hướng camera vào mã ở góc trên bên phải của thẻ" });
  const problem = make("p", { className: "err" });
  problem.setAttribute("role", "alert");
  const video = make("video", { playsInline: true, muted: true, hidden: true });
  const close = make("button", { type: "button", className: "btn second", textContent: "Đóng", onclick: () => dialog.close() });
  dialog.append(label, video, input, problem, make("p", {}, close));
  dialog.setAttribute("aria-labelledby", "card-text");
  document.body.append(dialog);
  dialog.showModal();
  input.focus();
  const stop = new Promise((done) => dialog.addEventListener("close", () => { dialog.remove(); button.focus(); done(); }));
  const found = (text) => take(text, button, said).then(() => dialog.close()).catch((fault) => { problem.textContent = fault.message; input.value = ""; });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    found(input.value);
  });
  if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    video.hidden = false;
    watchCamera(video, stop, found).catch(() => { video.hidden = true; });
  }
}

document.querySelectorAll("button[data-scan]").forEach((button) => {
  const said = make("p", { className: "hint" });
  said.setAttribute("role", "status");
  button.parentElement.after(said);
  button.hidden = false;
  button.addEventListener("click", () => openScan(button, said));
  const input = button.form.querySelector("[data-wedge]") || button.parentElement.querySelector("input");
  // A hand scanner types the whole line into the number box: then it is a card, not a number.
  input?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !input.value.includes("|")) return;
    event.preventDefault();
    const text = input.value;
    input.value = "";
    take(text, button, said).catch((fault) => { said.textContent = fault.message; });
  });
});
