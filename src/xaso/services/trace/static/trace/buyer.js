// Counts the scan (the page itself comes from a cache) and reads aloud where the telephone has a voice for it.
const main = document.querySelector("main[data-scan]");
const told = new FormData();
const serial = new URLSearchParams(location.search).get("s");
if (serial) told.set("s", serial);
if (navigator.sendBeacon) navigator.sendBeacon(main.dataset.scan, told);
else fetch(main.dataset.scan, { method: "POST", body: told, keepalive: true });

const box = document.querySelector("[data-speech]");
const lang = document.documentElement.lang;
const voice = () => speechSynthesis.getVoices().find((one) => one.lang.toLowerCase().startsWith(lang));
function offer() {
  // A button that would stay silent is not shown.
  if (!voice()) return;
  box.hidden = false;
  box.querySelector("button").onclick = () => {
    if (speechSynthesis.speaking) return speechSynthesis.cancel();
    const spoken = new SpeechSynthesisUtterance(box.dataset.speech);
    spoken.voice = voice();
    spoken.lang = spoken.voice.lang;
    speechSynthesis.speak(spoken);
  };
}
if (box && "speechSynthesis" in window) {
  offer();
  speechSynthesis.addEventListener?.("voiceschanged", offer);
}
