// The live microphone: pieces of half a second go up in order by ordinary posts; a lost one is sent again, none is left out.
const box = document.querySelector("[data-mic]");
if (box) start(box);

function start(box) {
  const button = box.querySelector("[data-speak]");
  const stop = box.querySelector("[data-stop]");
  const said = box.querySelector("[data-said]");
  const meter = box.querySelector("meter");
  const ends = new Date(box.dataset.endsBy);
  const kinds = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
  const kind = window.MediaRecorder && kinds.find((one) => MediaRecorder.isTypeSupported(one));
  let recorder = null, stream = null, number = Number(box.dataset.next), waiting = [], sending = false, over = false, clock = 0;

  const say = (text) => { said.textContent = text; };
  if (!kind || !navigator.mediaDevices) {
    say("Trình duyệt này không thu được tiếng. Dùng Chrome, Firefox hoặc Safari mới, qua địa chỉ https.");
    return;
  }
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch {
      button.disabled = false;
      say("Chưa được dùng micrô. Bấm biểu tượng ổ khóa cạnh địa chỉ, cho phép micrô, rồi bấm lại.");
      return;
    }
    show(stream);
    recorder = new MediaRecorder(stream, { mimeType: kind, audioBitsPerSecond: 32000 });
    recorder.addEventListener("dataavailable", (event) => { if (event.data.size) { waiting.push(event.data); send(); } });
    recorder.start(500);
    button.hidden = true;
    stop.hidden = false;
    tick();
    clock = setInterval(tick, 1000);
  });
  stop.addEventListener("click", () => end(true));
  addEventListener("pagehide", () => { if (recorder && !over) navigator.sendBeacon(box.dataset.end, form()); });

  function form() {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", box.dataset.token);
    data.set("do", "end");
    return data;
  }

  function tick() {
    const left = Math.max(0, Math.round((ends - Date.now()) / 1000));
    say(`Đang phát. Còn ${Math.floor(left / 60)} phút ${String(left % 60).padStart(2, "0")} giây.`);
    if (left === 0) end(false);
  }

  async function send() {
    if (sending) return;
    sending = true;
    while (waiting.length) {
      let answer = null;
      for (let times = 0; times < 8 && !answer; times += 1) {
        try {
          answer = await fetch(`${box.dataset.url}?so=${number}`, {
            method: "POST", body: waiting[0], credentials: "same-origin",
            headers: { "X-CSRFToken": box.dataset.token, "Content-Type": "application/octet-stream" },
          });
        } catch {
          say("Mạng chập chờn, đang gửi lại.");
          await new Promise((done) => setTimeout(done, 500));
        }
      }
      if (!answer || !answer.ok) {
        quiet();
        say(answer ? (await answer.text()).slice(0, 200) : "Mất mạng quá lâu nên đã dừng. Loa trở lại chương trình.");
        break;
      }
      waiting.shift();
      number += 1;
    }
    sending = false;
  }

  function quiet() {
    over = true;
    clearInterval(clock);
    if (recorder && recorder.state !== "inactive") recorder.stop();
    if (stream) stream.getTracks().forEach((one) => one.stop());
    stop.hidden = true;
    meter.value = 0;
  }

  async function end(asked) {
    if (over) return;
    quiet();
    say("Đang dừng.");
    for (let times = 0; times < 30 && (times < 4 || sending || waiting.length); times += 1) {
      await new Promise((done) => setTimeout(done, 100)); // the last piece comes after the stop
    }
    await fetch(box.dataset.end, { method: "POST", body: form(), credentials: "same-origin" });
    location.assign(box.dataset.back + (asked ? "" : "?het=1"));
  }

  function show(stream) {
    const context = new AudioContext();
    const eye = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(eye);
    const values = new Uint8Array(eye.fftSize);
    const look = setInterval(() => {
      if (over) { clearInterval(look); context.close(); return; }
      eye.getByteTimeDomainData(values);
      meter.value = Math.max(...values) - 128;
    }, 150);
  }
}
