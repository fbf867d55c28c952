// The area of an audience: corners tapped on the map, kept as GeoJSON text in a hidden input. Without the map hamlets are chosen in the
// list above it. <fieldset data-outline="INPUT_ID" data-lat data-lng data-zoom data-leaflet data-leaflet-css>.
const load = (src) => new Promise((done, fail) => document.head.append(Object.assign(document.createElement("script"), { src, onload: done, onerror: fail })));

for (const set of document.querySelectorAll("[data-outline]")) {
  const input = document.getElementById(set.dataset.outline), said = set.querySelector("[data-outline-said]");
  const [draw, undo] = ["map", "undo"].map((name) => set.querySelector(`[data-outline-${name}]`));
  const box = set.querySelector("[data-outline-box]");
  let corners = [], map, shape;

  const show = () => {
    undo.hidden = !corners.length;
    said.textContent = corners.length < 3 ? `${corners.length} góc. Cần ít nhất 3.` : `Vùng ${corners.length} góc.`;
    input.value = corners.length < 3 ? "" : JSON.stringify({ type: "Polygon", coordinates: [[...corners, corners[0]]] });
    shape?.remove();
    shape = L.polygon(corners.map(([lon, lat]) => [lat, lon]), { color: "#0b4f8a", weight: 3 }).addTo(map);
  };
  undo.addEventListener("click", () => { corners.pop(); show(); });
  draw.hidden = false;
  draw.addEventListener("click", async () => {
    draw.disabled = true;
    try {
      document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: set.dataset.leafletCss }));
      await load(set.dataset.leaflet);
    } catch {
      draw.disabled = false;
      said.textContent = "Chưa tải được bản đồ. Thử lại, hoặc chọn thôn ở trên.";
      return;
    }
    box.hidden = false;
    box.classList.add("live");
    map = L.map(box, { attributionControl: false }).setView([Number(set.dataset.lat), Number(set.dataset.lng)], Number(set.dataset.zoom));
    L.control.attribution({ prefix: false }).addAttribution("Quần đảo Hoàng Sa, quần đảo Trường Sa (Việt Nam)").addTo(map);
    for (const [name, lat, lng] of [["Quần đảo Hoàng Sa (Việt Nam)", 16.5, 112], ["Quần đảo Trường Sa (Việt Nam)", 9.5, 113.5]]) L.circleMarker([lat, lng], { radius: 5, color: "#8f1a14" }).bindTooltip(name, { permanent: true }).addTo(map);
    map.on("click", ({ latlng }) => { corners.push([Number(latlng.lng.toFixed(6)), Number(latlng.lat.toFixed(6))]); show(); });
    show();
  });
}
