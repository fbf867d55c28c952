// The station's stream in a browser: played by itself where the browser knows HLS, else fed to it piece by piece.
const box = document.querySelector("[data-listen]");
if (box) ready(box);

function ready(box) {
  const audio = box.querySelector("audio");
  const said = box.querySelector("[data-said]");
  const url = box.dataset.listen;
  const say = (text) => { said.textContent = text; };
  const typed = 'audio/mp4; codecs="mp4a.40.2"';
  if (!url.endsWith(".m3u8") || audio.canPlayType("application/vnd.apple.mpegurl")) {
    audio.src = url;
  } else if (window.MediaSource && MediaSource.isTypeSupported(typed)) {
    audio.addEventListener("play", () => { if (!audio.src) feed(); }, { once: true });
  } else {
    say("Trình duyệt này không nghe được luồng. Dùng điện thoại hoặc trình duyệt mới hơn.");
    return;
  }
  audio.addEventListener("error", () => say("Đài đang không phát. Mở lại trang khi đến giờ phát."));

  function feed() {
    const source = new MediaSource();
    audio.src = URL.createObjectURL(source);
    source.addEventListener("sourceopen", async () => {
      const buffer = source.addSourceBuffer(typed);
      buffer.mode = "sequence";
      const added = new Set();
      let init = "", misses = 0, begun = false;
      const put = async (name) => {
        const answer = await fetch(new URL(name, new URL(url, location.href)));
        if (!answer.ok) throw new Error(name);
        const content = await answer.arrayBuffer();
        await new Promise((done, fail) => {
          buffer.addEventListener("updateend", done, { once: true });
          buffer.addEventListener("error", fail, { once: true });
          buffer.appendBuffer(content);
        });
      };
      while (source.readyState === "open" && misses < 20) {
        try {
          const answer = await fetch(url, { cache: "no-store" });
          if (!answer.ok) throw new Error("playlist");
          misses = 0;
          say("");
          const lines = (await answer.text()).split("\n");
          const pieces = [];
          let head = "";
          for (const line of lines) {
            if (line.startsWith("#EXT-X-MAP")) head = line.match(/URI="([^"]+)"/)[1];
            else if (line && !line.startsWith("#")) pieces.push([head, line]);
          }
          for (const [head, name] of begun ? pieces : pieces.slice(-3)) {
            if (added.has(name)) continue;
            if (head !== init) { await put(head); init = head; }
            await put(name);
            added.add(name);
          }
          begun = true;
        } catch {
          misses += 1;
          say("Đang chờ tiếng.");
        }
        await new Promise((done) => setTimeout(done, 1000));
      }
      if (misses) say("Đài đang không phát. Mở lại trang khi đến giờ phát.");
    }, { once: true });
    audio.play();
  }
}
