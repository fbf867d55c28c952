// Photos and papers: made small on the phone, shown, then sent in pieces that go on where they stopped.
// <div data-drop data-side="2000" data-upload="URL"><input type="file" name="paper"></div><ul data-files></ul><p data-said></p>
// With data-upload the wire is tus 1.0: POST creates (Upload-Length, Upload-Metadata) and answers Location; HEAD tells
// Upload-Offset; PATCH appends; the last PATCH answers JSON {"file": "ID"} that goes into a hidden input, or 422 with
// {"message": "…"}. Without data-upload the smaller file simply takes the place of the chosen one in the form.
import { make } from "./store.js";

const PIECE = 192 * 1024;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const size = (n) => (n < 1048576 ? `${Math.max(1, Math.round(n / 1024))} KB` : `${(n / 1048576).toFixed(1).replace(".", ",")} MB`);

async function shrink(file, side, turn = 0) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const [wide, high] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  const canvas = make("canvas", turn % 2 ? { width: high, height: wide } : { width: wide, height: high });
  const pen = canvas.getContext("2d");
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate((turn * Math.PI) / 2);
  pen.drawImage(picture, -wide / 2, -high / 2, wide, high);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.6));
  return new File([blob], `${file.name.replace(/\.\w+$/, "")}.jpg`, { type: "image/jpeg" });
}

async function send(file, url, token, tell) {
  const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": token };
  const id = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`;
  const facts = `filename ${base64(file.name)},filetype ${base64(file.type)},once ${base64(id)}`;
  let place = "", offset = 0, failures = 0;
  for (;;) {
    try {
      let answer;
      if (!place) {
        answer = await fetch(url, { method: "POST", headers: { ...headers, "Upload-Length": file.size, "Upload-Metadata": facts } });
        if (answer.ok) place = new URL(answer.headers.get("Location"), location.href).href;
      } else {
        const body = file.slice(offset, offset + PIECE);
        answer = await fetch(place, { method: "PATCH", body, headers: { ...headers, "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" } });
        if (answer.ok) offset = Number(answer.headers.get("Upload-Offset") || offset + body.size);
      }
      if (answer.ok) {
        failures = 0;
        tell(offset / file.size);
        if (place && offset >= file.size) return answer.json();
        continue;
      }
      if (answer.status < 500 && answer.status !== 409 && answer.status !== 423) {
        const said = await answer.json().catch(() => ({}));
        return { message: said.message || said.title || "Máy chủ không nhận tệp này. Chọn tệp khác." };
      }
      throw new Error("again");
    } catch {
      failures += 1;
      tell(offset / file.size, true);
      await wait(Math.min(300, 2 ** failures) * 1000);
      if (!place) continue;
      const asked = await fetch(place, { method: "HEAD", headers }).catch(() => null);
      if (asked?.ok) offset = Number(asked.headers.get("Upload-Offset"));
      else if (asked && asked.status < 500) { place = ""; offset = 0; }
    }
  }
}

function watch(box) {
  const input = box.querySelector("input[type=file]");
  const name = input.name;
  const list = box.parentElement.querySelector("[data-files]");
  const said = box.parentElement.querySelector("[data-said]");
  const token = input.form?.elements.csrfmiddlewaretoken?.value || "";
  const side = Number(box.dataset.side);
  const say = (words) => { if (said) said.textContent = words; };
  let queue = Promise.resolve();
  const chosen = new Map();

  // Without an upload address the form itself carries the files.
  const intoForm = () => {
    const bag = new DataTransfer();
    chosen.forEach((file) => bag.items.add(file));
    input.files = bag.files;
  };

  async function add(original, turn = 0, old = null) {
    const row = make("li");
    const words = make("div");
    row.append(words);
    old ? old.replaceWith(row) : input.multiple ? list.append(row) : list.replaceChildren(row);
    if (!input.multiple) chosen.clear();
    words.textContent = "Đang chuẩn bị ảnh…";
    let file = original;
    let isPicture = original.type.startsWith("image/");
    // What this browser cannot show as a picture goes as it is; the server says whether it can be taken.
    if (isPicture) file = await shrink(original, side, turn).catch(() => ((isPicture = false), original));
    if (file.size >= original.size && !turn && original.type === "image/jpeg" && original.size < PIECE) file = original;
    const state = make("p", { className: "muted small", textContent: `${file.name}, ${size(file.size)}` });
    const remove = () => { row.remove(); chosen.delete(row); if (!box.dataset.upload) intoForm(); say("Đã bỏ tệp."); };
    const again = make("button", { type: "button", className: "link", textContent: isPicture ? "Chụp lại" : "Chọn lại", onclick: () => { remove(); input.click(); } });
    const turned = make("button", { type: "button", className: "link", textContent: "Xoay", onclick: () => { chosen.delete(row); add(original, turn + 1, row); } });
    words.replaceChildren(...(isPicture ? [make("p", {}, make("b", { textContent: "Đọc rõ chữ không?" }))] : []), state,
      make("p", { className: "row" }, again, ...(isPicture ? [turned] : []), make("button", { type: "button", className: "link", textContent: "Bỏ", onclick: remove })));
    if (isPicture) {
      const shown = make("img", { src: URL.createObjectURL(file), alt: "Ảnh vừa chọn", onload: () => URL.revokeObjectURL(shown.src) });
      row.prepend(shown);
    }
    chosen.set(row, file);
    if (!box.dataset.upload) return intoForm();
    const bar = make("progress", { max: 1, value: 0 });
    bar.setAttribute("aria-label", `Đang gửi ${file.name}`);
    words.append(bar);
    queue = queue.then(async () => {
      if (!row.isConnected) return;
      const answer = await send(file, box.dataset.upload, token, (share, waiting) => {
        bar.value = share;
        state.textContent = waiting ? "Mất mạng. Sẽ gửi tiếp khi có mạng." : `Đang gửi ${Math.round(share * 100)}%`;
      });
      bar.remove();
      if (!row.isConnected) return;
      if (answer.file) {
        row.append(make("input", { type: "hidden", name, value: answer.file }));
        state.textContent = `Đã gửi ${file.name}, ${size(file.size)}`;
        say(state.textContent);
      } else {
        state.className = "err";
        state.textContent = answer.message;
        say(answer.message);
      }
    });
    return queue;
  }

  if (box.dataset.upload) input.removeAttribute("name");
  input.addEventListener("change", () => [...input.files].forEach((file) => add(file)));
  // The browser's own button speaks the language of the phone; ours speaks Vietnamese.
  const pick = box.querySelector(".js-pick");
  if (pick) {
    pick.hidden = false;
    input.classList.add("vh");
  }
  const camera = box.querySelector(".js-camera");
  if (camera && matchMedia("(pointer: coarse)").matches) {
    camera.hidden = false;
    camera.onclick = () => { input.setAttribute("capture", "environment"); input.click(); input.removeAttribute("capture"); };
  }
  box.addEventListener("dragover", (event) => { event.preventDefault(); box.classList.add("over"); });
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("over");
    [...event.dataTransfer.files].slice(0, input.multiple ? 50 : 1).forEach((file) => add(file));
  });
}

document.querySelectorAll("[data-drop]").forEach(watch);
