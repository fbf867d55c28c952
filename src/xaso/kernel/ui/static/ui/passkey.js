// Passkeys: a button [data-passkey=use|make] inside a form that holds the CSRF token. Without support the box stays
// hidden and the other ways of signing in stand as they are.
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

async function post(url, form, extra = {}) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  const answer = await fetch(url, { method: "POST", body, credentials: "same-origin" });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.message || "Máy chủ chưa trả lời. Thử lại sau ít phút.");
  return told;
}

const described = (list) => (list || []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function use(form) {
  const asked = await post(form.dataset.ask, form);
  const publicKey = { ...asked, challenge: toBytes(asked.challenge), allowCredentials: described(asked.allowCredentials) };
  const key = await navigator.credentials.get({ publicKey });
  const { clientDataJSON, authenticatorData, signature, userHandle } = key.response;
  return post(form.dataset.done, form, { answer: JSON.stringify({
    id: key.id, rawId: toText(key.rawId), type: key.type, clientExtensionResults: key.getClientExtensionResults(),
    response: { clientDataJSON: toText(clientDataJSON), authenticatorData: toText(authenticatorData),
      signature: toText(signature), userHandle: userHandle ? toText(userHandle) : null },
  }) });
}

async function make(form) {
  const asked = await post(form.dataset.ask, form);
  const publicKey = { ...asked, challenge: toBytes(asked.challenge), user: { ...asked.user, id: toBytes(asked.user.id) },
    excludeCredentials: described(asked.excludeCredentials) };
  const key = await navigator.credentials.create({ publicKey });
  return post(form.dataset.done, form, { answer: JSON.stringify({
    id: key.id, rawId: toText(key.rawId), type: key.type, clientExtensionResults: key.getClientExtensionResults(),
    response: { clientDataJSON: toText(key.response.clientDataJSON), attestationObject: toText(key.response.attestationObject),
      transports: key.response.getTransports?.() || [] },
  }) });
}

function words(error) {
  if (error.name === "NotAllowedError") return "Chưa nhận được khóa: đã hủy hoặc hết thời gian chờ. Bấm lại để thử.";
  if (error.name === "InvalidStateError") return "Thiết bị này đã có khóa cho tài khoản này rồi.";
  return error.message;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  const said = form.querySelector("[role=status]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    said.textContent = "Làm theo hướng dẫn của thiết bị.";
    try {
      const told = await (form.dataset.passkey === "make" ? make : use)(form);
      location.assign(told.next);
    } catch (error) {
      said.textContent = words(error);
      button.disabled = false;
      button.focus();
    }
  });
}
