// Notices of the browser: form[data-push] turns them on and off. The words say what to do when the browser cannot.
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

async function tell(form, url, content) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value };
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(content), headers, credentials: "same-origin" });
  if (!answer.ok) throw new Error("Máy chủ chưa nhận. Thử lại sau ít phút.");
}

async function dress(form) {
  const says = form.querySelector("[data-push-says]");
  const acts = form.querySelector("[data-push-acts]");
  const button = acts.querySelector("button");
  if (!("PushManager" in window)) {
    says.textContent = "Trình duyệt này không nhận được thông báo. Trên iPhone, thêm trang này vào màn hình chính rồi mở lại từ đó.";
    return;
  }
  await navigator.serviceWorker.register("/sw.js");
  const worker = await navigator.serviceWorker.ready;
  const show = (on) => {
    says.textContent = on ? "Máy này đang nhận thông báo." : "Máy này chưa nhận thông báo.";
    button.lastChild.textContent = on ? "Tắt thông báo" : "Bật thông báo";
    acts.hidden = false;
  };
  let kept = await worker.pushManager.getSubscription();
  show(kept);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      if (kept) {
        await tell(form, form.dataset.off, { endpoint: kept.endpoint });
        await kept.unsubscribe();
        kept = null;
      } else {
        kept = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: toBytes(form.dataset.key) });
        await tell(form, form.dataset.on, { subscription: kept.toJSON(), unit: form.dataset.unit });
      }
      show(kept);
    } catch (error) {
      says.textContent = error.name === "NotAllowedError" ? "Trình duyệt đang chặn thông báo của trang này. Mở phần cài đặt trang trong trình duyệt, cho phép thông báo rồi bấm lại." : error.message;
    }
    button.disabled = false;
  });
}

document.querySelectorAll("form[data-push]").forEach((form) => dress(form));
