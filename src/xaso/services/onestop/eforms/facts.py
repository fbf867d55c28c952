"""Facts that conditions may ask about: what the office knows besides the answers, and who supplies it."""

from __future__ import annotations

FACTS: dict[str, str] = {
    "channel": "Cách nộp: online, counter hoặc post",
    "identity_proven": "Danh tính đã xác thực bằng tài khoản định danh hoặc tra được trong CSDL quốc gia về dân cư",
    "residence_known": "Nơi cư trú tra được trong CSDL quốc gia về dân cư",
    "civil_record_known": "Việc hộ tịch trước đây tra được trong CSDL hộ tịch điện tử",
    "marital_state_known": "Tình trạng hôn nhân tra được trong CSDL hộ tịch điện tử hoặc CSDL quốc gia về dân cư",
    "birth_notice_signed": "Có dữ liệu điện tử ký số của Giấy chứng sinh",
    "death_notice_signed": "Có dữ liệu điện tử ký số của Giấy báo tử",
    "land_record_known": "Giấy chứng nhận quyền sử dụng đất tra được trong CSDL quốc gia về đất đai",
    "poverty_known": "Hộ có trong danh sách hộ nghèo, hộ cận nghèo của xã",
    "merit_known": "Người có công có trong danh sách của xã",
    "disability_known": "Giấy xác nhận khuyết tật có trong dữ liệu của xã",
    "disadvantaged_area": "Xã thuộc vùng có điều kiện kinh tế - xã hội khó khăn hoặc đặc biệt khó khăn",
}

SOURCES: dict[str, str] = {
    "person": "Người nộp hồ sơ: full_name, birth_date, sex, id_number, id_issued_on, id_issued_by, phone, email, "
    "address, ethnicity, nationality",
    "unit": "Xã nơi nộp: address (mã và tên xã)",
    "household": "Hộ của người nộp: head_name, address",
}

OFFICES: dict[str, str] = {
    "ttphcc": "Trung tâm Phục vụ hành chính công xã",
    "tuphap": "Bộ phận Tư pháp - Hộ tịch",
    "kinhte": "Phòng Kinh tế",
    "vhxh": "Phòng Văn hóa - Xã hội",
    "lanhdao": "Lãnh đạo Ủy ban nhân dân xã",
    "vanthu": "Văn thư",
    "congan_xa": "Công an xã",
    "xa_khac": "Ủy ban nhân dân xã khác",
    "thue": "Cơ quan thuế",
    "bhxh": "Cơ quan Bảo hiểm xã hội",
    "lltp": "Cơ quan quản lý dữ liệu lý lịch tư pháp",
    "so_xaydung": "Sở Xây dựng",
    "so_vanhoa": "Sở Văn hóa, Thể thao và Du lịch",
}
"""Offices a step may be given to; each commune maps the inner ones to its own units."""

ROLES: dict[str, str] = {
    "receptionist": "Cán bộ một cửa",
    "specialist": "Công chức chuyên môn",
    "leader": "Lãnh đạo Ủy ban nhân dân, trưởng phòng trong phòng của mình",
    "clerk": "Văn thư",
}
