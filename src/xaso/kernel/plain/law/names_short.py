"""Names of laws as lawyers and officers shorten them."""

from __future__ import annotations

SHORT_NAMES = {
    "BLDS": "Bộ luật Dân sự",
    "BLHS": "Bộ luật Hình sự",
    "BLLĐ": "Bộ luật Lao động",
    "BLLD": "Bộ luật Lao động",
    "BLTTDS": "Bộ luật Tố tụng dân sự",
    "BLTTHS": "Bộ luật Tố tụng hình sự",
    "BLHH": "Bộ luật Hàng hải Việt Nam",
    "LĐĐ": "Luật Đất đai",
    "Luật HNGĐ": "Luật Hôn nhân và gia đình",
    "Luật HN&GĐ": "Luật Hôn nhân và gia đình",
    "Luật BHXH": "Luật Bảo hiểm xã hội",
    "Luật BHYT": "Luật Bảo hiểm y tế",
    "Luật TTHC": "Luật Tố tụng hành chính",
    "Luật XLVPHC": "Luật Xử lý vi phạm hành chính",
    "Luật NVQS": "Luật Nghĩa vụ quân sự",
    "Luật BVMT": "Luật Bảo vệ môi trường",
    "Luật PCTN": "Luật Phòng, chống tham nhũng",
    "Luật KDBĐS": "Luật Kinh doanh bất động sản",
    "Luật SHTT": "Luật Sở hữu trí tuệ",
    "Luật CBCC": "Luật Cán bộ, công chức",
    "Luật GTĐB": "Luật Giao thông đường bộ",
}
