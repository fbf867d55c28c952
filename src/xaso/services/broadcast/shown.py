"""How the pages say things: states, places, lengths, rules of days, faults of devices, all in plain Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xaso.kernel.plain.formats import figure
from xaso.services.broadcast.models import Airing, Bulletin, Cluster, Emergency, Fault, Play
from xaso.services.broadcast.rules.listening import REASONS

Badge = tuple[str, str, str]
BULLETINS: Mapping[str, Badge] = {
    "draft": ("Đang soạn", "", "pencil"),
    "submitted": ("Chờ duyệt", "warn", "clock"),
    "approved": ("Đã duyệt", "good", "check"),
    "refused": ("Trả lại", "danger", "undo-2"),
    "ended": ("Đã dừng", "", "circle-x"),
}
AIRINGS: Mapping[str, Badge] = {
    "planned": ("Sắp phát", "", "clock"),
    "sent": ("Đã gửi tới loa", "info", "download"),
    "playing": ("Đang phát", "info", "volume-2"),
    "played": ("Đã phát", "good", "check"),
    "cut": ("Bị cắt", "warn", "circle-alert"),
    "missed": ("Lỡ", "danger", "triangle-alert"),
    "refused": ("Không phát", "warn", "circle-x"),
}
PLAYS: Mapping[str, Badge] = {
    "played": ("Đã phát", "good", "check"),
    "cut": ("Bị cắt", "warn", "circle-alert"),
    "failed": ("Hỏng", "danger", "triangle-alert"),
    "missed": ("Không phát", "danger", "triangle-alert"),
}
CLUSTERS: Mapping[str, Badge] = {
    "new": ("Chưa ghép nối", "", "link"),
    "online": ("Đang nối", "good", "check"),
    "offline": ("Mất nối", "danger", "wifi-off"),
    "ended": ("Thôi dùng", "", "circle-x"),
}
EMERGENCIES: Mapping[str, Badge] = {
    "asked": ("Chờ người thứ hai", "warn", "clock"),
    "running": ("Đang phát", "danger", "volume-2"),
    "ended": ("Đã báo yên", "good", "check"),
    "refused": ("Không phát", "", "circle-x"),
}
# What is wrong with a device and what the officer does about it.
FAULTS: Mapping[str, tuple[str, str]] = {
    "offline": (
        "Không liên lạc được",
        "Loa vẫn phát lịch đã giữ trong máy. Xem điện, SIM; hỏi trưởng thôn đèn báo trên hộp loa.",
    ),
    "sd_full": (
        "Thẻ nhớ đầy",
        "Loa không nhận thêm bản tin mới. Thay thẻ nhớ, hoặc khởi động lại để máy tự dọn bản tin cũ.",
    ),
    "clock_off": (
        "Đồng hồ sai giờ",
        "Loa không phát theo lịch để khỏi kêu sai giờ; tin khẩn cấp vẫn phát. Có mạng thì máy tự chỉnh giờ.",
    ),
    "no_sound": (
        "Không nghe tiếng",
        "Loa nhận lệnh nhưng micrô kiểm tra không thấy tiếng. Xem dây loa và âm ly.",
    ),
    "low_power": ("Điện yếu", "Điện áp xuống thấp. Kiểm tra nguồn, ắc quy, pin mặt trời."),
    "hot": ("Máy nóng", "Nhiệt độ trong hộp quá cao. Kiểm tra quạt, chỗ đặt hộp."),
    "door": ("Cửa hộp mở", "Có người mở hộp loa. Hỏi trưởng thôn, xem có phải thợ của xã không."),
    "audio_missing": ("Thiếu âm thanh", "Loa chưa tải được bản tin. Kiểm tra mạng của cụm."),
    "bad_audio": (
        "Âm thanh hỏng khi tải",
        "Loa bỏ tệp không đúng dấu và tải lại. Lặp lại nhiều lần thì kiểm tra mạng.",
    ),
    "forged": (
        "Có lệnh giả",
        "Thiết bị nhận một lệnh không mang chữ ký của đài và đã từ chối. Báo người quản trị ngay.",
    ),
    "replayed": (
        "Có lệnh cũ gửi lại",
        "Thiết bị nhận một lệnh đã dùng và đã từ chối. Lặp lại thì báo người quản trị.",
    ),
    "expired": ("Lệnh đến muộn", "Lệnh hết hạn trước khi tới loa nên loa bỏ qua. Kiểm tra mạng của cụm."),
    "clock": (
        "Lệnh bị từ chối vì giờ",
        "Đồng hồ của thiết bị chưa chắc đúng. Chờ máy chỉnh giờ, rồi gửi lại.",
    ),
    "selftest_failed": ("Tự kiểm tra không đạt", "Phát thử mà không nghe tiếng. Cử người xem loa."),
}


def fault_words(fault: Fault) -> tuple[str, str]:
    """What is wrong, and what to do."""
    title, advice = FAULTS.get(fault.kind, ("Thiết bị báo lỗi", "Cử người xem thiết bị."))
    return title, f"{fault.detail}. {advice}" if fault.detail else advice


def bulletin_badge(row: Bulletin) -> Badge:
    """State of a bulletin."""
    return BULLETINS[row.state]


def airing_title(row: Airing) -> str:
    """The name of an airing; that of a drill can nowhere be taken for the real thing."""
    return f"DIỄN TẬP: {row.title}" if row.emergency is not None and row.emergency.drill else row.title


def airing_badge(row: Airing) -> Badge:
    """State of an airing."""
    return AIRINGS[row.state]


def play_badge(row: Play) -> Badge:
    """What a device did."""
    return PLAYS[row.result]


def cluster_badge(row: Cluster, faults: int = 0) -> Badge:
    """State of a cluster; a fault outweighs being reached."""
    if faults and row.state == Cluster.State.ONLINE:
        return "Đang nối, có lỗi", "warn", "triangle-alert"
    return CLUSTERS[row.state]


def emergency_badge(row: Emergency) -> Badge:
    """State of an emergency."""
    return EMERGENCIES[row.state]


def length(seconds: float | None) -> str:
    """`2 phút 5 giây`."""
    if seconds is None:
        return "chưa rõ"
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    parts = [(hours, "giờ"), (minutes, "phút"), (left, "giây")]
    said = [f"{count} {word}" for count, word in parts if count]
    return " ".join(said[:2]) or "0 giây"


def where(area: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The place of an area in words; ``names`` by path of unit and code of cluster."""
    units, clusters = list(area.get("units") or ()), list(area.get("clusters") or ())
    said = [names.get(one, one) for one in (*units, *clusters)]
    if not said:
        return "toàn xã" if not area.get("polygons") else "vùng vẽ trên bản đồ"
    return ", ".join(said[:3]) + (f" và {len(said) - 3} nơi nữa" if len(said) > 3 else "")


def why(reason: str) -> str:
    """A reason in words, whether kept as a code or as a sentence."""
    return REASONS.get(reason, FAULTS.get(reason, (reason, ""))[0])


def milliseconds(value: float | None) -> str:
    """A difference of clocks: `+12 ms`, `1,4 giây`."""
    if value is None:
        return "chưa đo"
    if abs(value) >= 1000:
        return f"{figure(value / 1000, 1)} giây"
    return f"{round(value):+d} ms" if round(value) else "0 ms"
