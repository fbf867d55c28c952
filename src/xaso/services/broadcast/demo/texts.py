"""What the demo's station says: bulletins as communes write them. Names, numbers and events are invented."""

from __future__ import annotations

from dataclasses import dataclass

AUTHORITY = "UBND xã Mường Hum"


@dataclass(frozen=True)
class Text:
    """A bulletin of the demo. ``state`` is how far it has come."""

    key: str
    title: str
    topic: str
    text: str
    kind: str = "ordinary"
    voice: str = "espeak:vi"
    jingle: str = "chime"
    repeats: int = 1
    state: str = "approved"
    reason: str = ""


TEXTS = (
    Text(
        "morning",
        "Chào buổi sáng",
        "thời tiết",
        "Đài truyền thanh xã Mường Hum kính chào bà con. Hôm nay trời rét, sáng sớm có sương mù, nhiệt độ "
        "từ 9-16°C, "
        "vùng cao trên 1.500m có nơi dưới 6°C. Bà con che chắn chuồng trại, cho trâu bò ăn no, không thả "
        "rông khi trời rét. "
        "Đi đường dốc Ô Quy Hồ, QL4D cần bật đèn, đi chậm.",
    ),
    Text(
        "water",
        "Lịch lấy nước vụ đông xuân",
        "nông nghiệp",
        "Thực hiện Công văn số 1245/SNNMT-TL ngày 18/11/2026 của Sở Nông nghiệp và Môi trường, UBND xã "
        "thông báo lịch lấy nước: "
        "đợt 1 từ 05/12 đến 12/12/2026, đợt 2 từ 02/01/2027 đến 10/01/2027. Các thôn Ky Quan San, Séo Pờ "
        "Hồ nạo vét mương "
        "trước ngày 30/11. Hộ nào cần hỗ trợ giống lúa, mức 1.250.000 đồng/ha, liên hệ phòng Kinh tế, ĐT "
        "0214.3500.112.",
    ),
    Text(
        "vaccine",
        "Tiêm phòng sởi cho trẻ từ 1 đến 10 tuổi",
        "y tế",
        "Trạm Y tế xã tổ chức tiêm vắc xin sởi - rubella cho trẻ từ 1-10 tuổi, từ 7h30 đến 11h00 ngày "
        "28/11/2026 tại "
        "nhà văn hóa thôn Mường Hum 1. Cha mẹ mang theo sổ tiêm và thẻ BHYT. Tiêm miễn phí theo NĐ "
        "104/2016/NĐ-CP. "
        "Hỏi thêm: 0912 345 678.",
        voice="espeak:vi",
    ),
    Text(
        "insurance",
        "Gia hạn thẻ bảo hiểm y tế hộ gia đình",
        "an sinh",
        "BHXH tỉnh thông báo: từ 01/01/2027 thẻ BHYT hộ gia đình hết hạn được gia hạn trên ứng dụng VssID "
        "hoặc tại trung tâm "
        "phục vụ hành chính công xã. Người thứ nhất đóng 1.263.600 đồng/năm, người thứ hai bằng 70%, "
        "người thứ ba bằng 60%. "
        "Hộ nghèo, hộ cận nghèo không phải đóng.",
    ),
    Text(
        "market",
        "Chợ phiên Chủ nhật và vệ sinh chợ",
        "văn hóa",
        "Chủ nhật này chợ phiên Mường Hum họp từ 6h. Bà con đỗ xe đúng bãi, không bày hàng ra lòng đường, "
        "mang túi đựng rác. "
        "Đội Quản lý chợ thu phí 5.000đ/xe máy, 20.000đ/ô tô theo NQ 12/2025/NQ-HĐND.",
        repeats=2,
    ),
    Text(
        "moon",
        "Giữ vệ sinh ngày rằm, mùng một",
        "môi trường",
        "Ngày rằm, mùng một bà con đốt vàng mã đúng chỗ, trông lửa đến khi tắt hẳn, không đốt gần rừng. "
        "Cháy rừng gọi ngay 114 hoặc kiểm lâm 0214.3820.999.",
    ),
    Text(
        "frost",
        "Cảnh báo rét đậm, rét hại",
        "thiên tai",
        "Đài Khí tượng Thủy văn tỉnh cảnh báo: từ đêm 23/11 đến 26/11/2026 vùng núi rét đậm, có nơi rét "
        "hại, nhiệt độ thấp "
        "nhất 3-5°C. Bà con không sưởi than trong phòng kín, dự trữ thức ăn cho gia súc.",
        kind="priority",
        repeats=2,
    ),
    Text(
        "road",
        "Sửa đường liên thôn Nậm Pẻn",
        "giao thông",
        "Từ ngày 01/12 đến 15/12/2026 sửa đường liên thôn Nậm Pẻn 1 - Nậm Pẻn 2, cấm xe trên 3,5 tấn từ "
        "7h đến 17h. "
        "BQLDA xã mong bà con thông cảm.",
        state="submitted",
    ),
    Text(
        "census",
        "Rà soát hộ nghèo cuối năm",
        "an sinh",
        "Từ 20/11 đến 10/12/2026 các thôn rà soát hộ nghèo, hộ cận nghèo theo Thông tư "
        "07/2021/TT-BLĐTBXH. Hộ có nguyện vọng "
        "gửi giấy đề nghị cho trưởng thôn trước ngày 25/11.",
        state="refused",
        reason="Thông tư đã được sửa đổi: ghi thêm văn bản mới, đổi hạn nộp thành 27/11.",
    ),
    Text(
        "sport",
        "Giải kéo co, đẩy gậy mừng ngày hội Đại đoàn kết",
        "văn hóa",
        "Ủy ban MTTQ Việt Nam xã tổ chức giải kéo co, đẩy gậy.",
        state="draft",
    ),
)
