"""What the places area registers: rights, menu lines, log sentences."""

from xaso.kernel.base.manifest import NavItem, Right, Service
from xaso.kernel.places.holdings import about_person

SERVICE = Service(
    key="places",
    title="Địa điểm và địa bàn",
    summary="Tra đơn vị hành chính, thôn bản và cơ quan của xã, lớp bản đồ.",
    switchable=False,
    about_person=about_person,
    nav=(NavItem("Thôn, bản và cơ quan", "places_area", "units.hamlets", icon="map-pin"),),
    rights=(
        Right(
            "places.view", "Xem lớp bản đồ nội bộ", ("admin", "clerk", "leader", "specialist", "receptionist")
        ),
        Right("places.edit", "Thêm và sửa địa điểm", ("admin", "specialist", "clerk")),
        Right("places.homes", "Ghi nơi ở của người dân trên bản đồ", ("specialist", "clerk")),
        Right("places.find_people", "Tìm người sống trong một vùng trên bản đồ", ("leader", "clerk")),
        Right("places.layers", "Lập lớp bản đồ", ("admin", "province_admin")),
    ),
    announces={
        "places.hamlet_placed": "Đặt thôn {code} lên bản đồ",
        "places.layer_added": "Lập lớp bản đồ {key}",
        "places.place_added": "Thêm địa điểm vào lớp {layer}",
        "places.place_moved": "Sửa vị trí địa điểm",
        "places.home_kept": "Ghi nơi ở trên bản đồ",
        "places.home_erased": "Xóa nơi ở trên bản đồ theo yêu cầu",
        "places.place_ended": "Kết thúc địa điểm",
    },
)
