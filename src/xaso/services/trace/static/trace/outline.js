// The outline of a plot: corners by the telephone's GPS while walking round it, or tapped on the map; kept as GeoJSON text in
// a hidden input. <fieldset data-outline="INPUT_ID" data-lat data-lng data-zoom data-leaflet data-leaflet-css data-shape>.
const load = (src) => new Promise((done, fail) => document.head.append(Object.assign(document.createElement("script"), { src, onload: done, onerror: fail })));

for (const set of document.querySelectorAll("[data-outline]")) {
  const input = document.getElementById(set.dataset.outline), said = set.querySelector("[data-outline-said]");
  const [here, draw, undo] = ["here", "map", "undo"].map((name) => set.querySelector(`[data-outline-${name}]`));
  const box = set.querySelector("[data-outline-box]");
  let corners = [], map, shape;

  const show = () => {
    undo.hidden = !corners.length;
    said.textContent = corners.length < 3 ? `${corners.length} góc. Cần ít nhất 3.` : `${corners.length} góc, khoảng ${Math.round(area()).toLocaleString("vi-VN")} m².`;
    input.value = corners.length < 3 ? "" : JSON.stringify({ type: "Polygon", coordinates: [[...corners, corners[0]]] });
    if (!map) return;
    shape?.remove();
    shape = L.polygon(corners.map(([lon, lat]) => [lat, lon]), { color: "#1e6b3a", weight: 3 }).addTo(map);
  };
  const area = () => {
    const [lon0, lat0] = corners[0], east = 111320 * Math.cos((lat0 * Math.PI) / 180);
    const points = corners.map(([lon, lat]) => [(lon - lon0) * east, (lat - lat0) * 111320]);
    return Math.abs(points.reduce((sum, [x, y], at) => { const [u, v] = points[(at + 1) % points.length]; return sum + x * v - u * y; }, 0)) / 2;
  };
  const add = (lat, lon) => { corners.push([Number(lon.toFixed(6)), Number(lat.toFixed(6))]); show(); };

  here.hidden = !navigator.geolocation;
  here.addEventListener("click", () => {
    said.textContent = "Đang lấy vị trí…";
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      add(coords.latitude, coords.longitude);
      if (coords.accuracy > 20) said.textContent += ` Vị trí chỉ đúng trong ${Math.round(coords.accuracy)} m: đứng chỗ thoáng rồi bấm lại.`;
    }, () => { said.textContent = "Không lấy được vị trí. Bật định vị của máy, hoặc vẽ trên bản đồ."; }, { enableHighAccuracy: true, timeout: 20000 });
  });
  undo.addEventListener("click", () => { corners.pop(); show(); });
  draw.hidden = false;
  draw.addEventListener("click", async () => {
    draw.disabled = true;
    try {
      document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: set.dataset.leafletCss }));
      await load(set.dataset.leaflet);
    } catch {
      draw.disabled = false;
      said.textContent = "Chưa tải được bản đồ. Thử lại.";
      return;
    }
    box.hidden = false;
    box.classList.add("live");
    map = L.map(box, { attributionControl: false }).setView([Number(set.dataset.lat), Number(set.dataset.lng)], Number(set.dataset.zoom));
    L.control.attribution({ prefix: false }).addAttribution("Quần đảo Hoàng Sa, quần đảo Trường Sa (Việt Nam)").addTo(map);
    for (const [name, lat, lng] of [["Quần đảo Hoàng Sa (Việt Nam)", 16.5, 112], ["Quần đảo Trường Sa (Việt Nam)", 9.5, 113.5]]) L.circleMarker([lat, lng], { radius: 5, color: "#8f1a14" }).bindTooltip(name, { permanent: true }).addTo(map);
    if (set.dataset.shape) map.fitBounds(L.geoJSON(JSON.parse(set.dataset.shape), { style: { color: "#515a66", dashArray: "4" } }).addTo(map).getBounds());
    map.on("click", ({ latlng }) => add(latlng.lat, latlng.lng));
    show();
  });
}
