"""A small law book for the engine's tests, written for them."""

import datetime as dt

from xaso.services.assistant.engine import Doc

LAND = ("31/2024/QH15", "Luật Đất đai")
HOUSE = ("27/2023/QH15", "Luật Nhà ở")
FAMILY = ("52/2014/QH13", "Luật Hôn nhân và gia đình")
LABOUR = ("45/2019/QH14", "Bộ luật Lao động")
DECREE = ("61/2018/NĐ-CP", "Nghị định về thực hiện cơ chế một cửa trong giải quyết thủ tục hành chính")

ROWS = (
    (LAND, "1", "Phạm vi điều chỉnh", "Luật này quy định về chế độ sở hữu đất đai, quyền hạn và trách nhiệm."),
    (LAND, "3", "Giải thích từ ngữ", "Giấy chứng nhận quyền sử dụng đất là chứng thư pháp lý xác nhận quyền."),
    (LAND, "45", "Điều kiện chuyển nhượng quyền sử dụng đất",
     "1. Người sử dụng đất được chuyển nhượng khi có Giấy chứng nhận quyền sử dụng đất.\n"
     "2. Đất không có tranh chấp.\n3. Trong thời hạn sử dụng đất."),
    (LAND, "134", "Nguyên tắc cấp giấy chứng nhận quyền sử dụng đất",
     "1. Giấy chứng nhận được cấp theo từng thửa đất.\n2. Thửa đất có nhiều người chung quyền sử dụng đất."),
    (LAND, "220", "Tách thửa đất, hợp thửa đất", "Việc tách thửa đất phải bảo đảm diện tích tối thiểu."),
    (HOUSE, "1", "Phạm vi điều chỉnh", "Luật này quy định về sở hữu, phát triển, quản lý và sử dụng nhà ở."),
    (HOUSE, "160", "Điều kiện của nhà ở tham gia giao dịch", "Giao dịch về mua bán, cho thuê mua nhà ở."),
    (FAMILY, "8", "Điều kiện kết hôn",
     "1. Nam từ đủ 20 tuổi trở lên, nữ từ đủ 18 tuổi trở lên;\n2. Việc kết hôn do nam và nữ tự nguyện quyết định."),
    (FAMILY, "51", "Quyền yêu cầu giải quyết ly hôn", "1. Vợ, chồng hoặc cả hai người có quyền yêu cầu Tòa án."),
    (FAMILY, "81", "Việc trông nom, chăm sóc, nuôi dưỡng con sau khi ly hôn",
     "1. Sau khi ly hôn, cha mẹ vẫn có quyền, nghĩa vụ trông nom con chưa thành niên.\n"
     "2. Vợ, chồng thỏa thuận về người trực tiếp nuôi con."),
    (LABOUR, "35", "Quyền đơn phương chấm dứt hợp đồng lao động của người lao động",
     "1. Người lao động có quyền đơn phương chấm dứt hợp đồng lao động nhưng phải báo trước:\n"
     "a) Ít nhất 45 ngày nếu làm việc theo hợp đồng lao động không xác định thời hạn;"),
    (LABOUR, "113", "Nghỉ hằng năm", "1. Người lao động làm việc đủ 12 tháng được nghỉ hằng năm 12 ngày."),
    (LABOUR, "139", "Nghỉ thai sản", "1. Lao động nữ được nghỉ thai sản trước và sau khi sinh con là 06 tháng."),
    (DECREE, "5", "Bộ phận một cửa", "Bộ phận một cửa tiếp nhận hồ sơ, giải quyết và trả kết quả."),
    (DECREE, "17", "Tiếp nhận hồ sơ thủ tục hành chính", "1. Ngay sau khi tiếp nhận hồ sơ thủ tục hành chính."),
)  # fmt: skip


def docs() -> list[Doc]:
    """The sample as the engine takes it; keys are 1, 2, 3 …"""
    return [
        Doc(
            seq=at,
            document_number=number,
            document_title=title,
            title=heading,
            text=text,
            article=article,
            effective=dt.date(2015, 1, 1),
            name=f"{number}#{article}",
        )
        for at, ((number, title), article, heading, text) in enumerate(ROWS, 1)
    ]
