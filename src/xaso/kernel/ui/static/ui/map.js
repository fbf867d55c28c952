// <div class="mapbox" data-map …>: a still picture until "Mở bản đồ" is pressed, then Leaflet from our own server.
// The islands are always there. With data-pin a press puts "lat,lng" into that input; the list beside the map does the same.
const ISLANDS = [["Quần đảo Hoàng Sa (Việt Nam)", 16.5, 112], ["Quần đảo Trường Sa (Việt Nam)", 9.5, 113.5]];

const load = (src) => new Promise((done, fail) => {
  const script = Object.assign(document.createElement("script"), { src, onload: done, onerror: fail });
  document.head.append(script);
});

async function live(box) {
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: box.dataset.leafletCss }));
  await load(box.dataset.leaflet);
  const markers = JSON.parse(box.querySelector("script[type='application/json']")?.textContent || "[]");
  box.replaceChildren();
  box.classList.add("live");
  const map = L.map(box, { attributionControl: false, zoomControl: false }).setView([Number(box.dataset.lat), Number(box.dataset.lng)], Number(box.dataset.zoom));
  L.control.attribution({ prefix: false }).addAttribution("Quần đảo Hoàng Sa, quần đảo Trường Sa (Việt Nam)").addTo(map);
  L.control.zoom({ zoomInTitle: "Phóng to", zoomOutTitle: "Thu nhỏ" }).addTo(map);
  if (box.dataset.tiles) L.tileLayer(box.dataset.tiles, { maxZoom: 19 }).addTo(map);
  if (box.dataset.geojson) {
    const shape = await (await fetch(box.dataset.geojson)).json();
    L.geoJSON(shape, { style: { color: "#0b4f8a", weight: 2, fillOpacity: 0.08 } }).addTo(map);
  }
  for (const [name, lat, lng] of ISLANDS) L.circleMarker([lat, lng], { radius: 5, color: "#8f1a14" }).bindTooltip(name, { permanent: true, direction: "bottom" }).addTo(map);
  for (const one of markers) {
    if (one.ring) { L.polygon(one.ring, { color: "#1b1f24", weight: 2, fillColor: one.color, fillOpacity: 0.6 }).bindTooltip(one.name).addTo(map); continue; }
    const text = document.createElement(one.url ? "a" : "b");
    text.textContent = one.name;
    if (one.url) text.href = one.url;
    L.circleMarker([one.lat, one.lng], { radius: 9, color: one.kind === "danger" ? "#a8201a" : "#0b4f8a", fillOpacity: one.kind === "new" ? 0 : 0.8 }).bindPopup(text).bindTooltip(one.name, { permanent: markers.length < 9, direction: "right", offset: [8, 0] }).addTo(map);
  }
  const input = document.getElementById(box.dataset.pin || "-");
  if (!input) return;
  let pin;
  map.on("click", ({ latlng }) => {
    pin?.remove();
    pin = L.circleMarker(latlng, { radius: 10, color: "#a8201a", fillOpacity: 0.7 }).addTo(map);
    input.value = `${latlng.lat.toFixed(6)},${latlng.lng.toFixed(6)}`;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

document.querySelectorAll("[data-map]").forEach((box) => {
  const button = box.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", () => { button.disabled = true; live(box).catch(() => { button.disabled = false; button.textContent = "Chưa tải được bản đồ. Thử lại"; }); });
});

// "Vị trí của tôi": <button data-here="INPUT_ID">.
document.querySelectorAll("button[data-here]").forEach((button) => {
  button.hidden = !navigator.geolocation;
  button.addEventListener("click", () => navigator.geolocation.getCurrentPosition(({ coords }) => {
    document.getElementById(button.dataset.here).value = `${coords.latitude.toFixed(6)},${coords.longitude.toFixed(6)}`;
  }, () => { button.textContent = "Không lấy được vị trí. Chọn thôn trong danh sách"; }, { timeout: 15000 }));
});
