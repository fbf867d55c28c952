"""One record of the national portal to one typed procedure. Pure Python; nothing here guesses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xaso.kernel.plain.text import nfc
from xaso.services.onestop.catalogue import texts
from xaso.services.onestop.catalogue.cells import Row, cut_rows
from xaso.services.onestop.catalogue.components import read_components
from xaso.services.onestop.catalogue.fees import read_fee
from xaso.services.onestop.catalogue.shape import Channel, ParsedProcedure
from xaso.services.onestop.catalogue.summaries import summary_fee, summary_term
from xaso.services.onestop.catalogue.terms import read_term

MINISTRIES = {
    "bo-cong-an": "Bộ Công an",
    "bo-nong-nghiep-mt": "Bộ Nông nghiệp và Môi trường",
    "bo-tai-chinh": "Bộ Tài chính",
    "bo-tu-phap": "Bộ Tư pháp",
    "bo-xay-dung": "Bộ Xây dựng",
    "ngan-hang-nha-nuoc": "Ngân hàng Nhà nước Việt Nam",
    "toa-an-nhan-dan": "Tòa án nhân dân tối cao",
}
_REQUIRED = ("ma_thu_tuc", "ten_thu_tuc", "cap_thuc_hien", "cach_thuc_thuc_hien")


class BrokenRecord(ValueError):
    """A line that is no procedure: the message says in Vietnamese which field is missing or wrong."""


def parse_record(record: Mapping[str, Any]) -> ParsedProcedure:
    """Parse one record in the portal's own fields. Raises BrokenRecord for a line that is no procedure."""
    if not isinstance(record, Mapping):
        raise BrokenRecord("Dòng không phải là một bản ghi thủ tục.")
    for key in _REQUIRED:
        if not isinstance(record.get(key), str) or (key != "cach_thuc_thuc_hien" and not record[key].strip()):
            raise BrokenRecord(f"Thiếu trường {key}.")
    value = {key: nfc(text) for key, text in record.items() if isinstance(text, str)}
    get = value.get
    rows, rest = cut_rows(value["cach_thuc_thuc_hien"])
    steps_text = get("trinh_tu_thuc_hien", "")
    channels = [_channel(row, steps_text) for row in rows]
    components, cases = read_components(texts.clean_field(get("thanh_phan_ho_so", "")))
    steps, steps_status = texts.read_steps(steps_text)
    return ParsedProcedure(
        code=value["ma_thu_tuc"].strip(),
        name=" ".join(value["ten_thu_tuc"].split()),
        decision=get("so_quyet_dinh", "").strip(),
        field_name=get("linh_vuc", "").strip(),
        ministry=MINISTRIES.get(get("ministry", ""), get("ministry", "")),
        procedure_type=get("loai_thu_tuc", "").strip(),
        levels=texts.read_levels(value["cap_thuc_hien"]),
        subjects=texts.split_list(get("doi_tuong_thuc_hien", "")),
        agencies=texts.split_list(texts.clean_field(get("co_quan_thuc_hien", ""))),
        competent=texts.split_list(texts.clean_field(get("co_quan_co_tham_quyen", ""))),
        cooperating=texts.split_list(texts.clean_field(get("co_quan_phoi_hop", ""))),
        authorised=get("co_quan_duoc_uy_quyen", "").strip(),
        address=get("dia_chi_tiep_nhan", "").strip(),
        portal_url=get("detail_url", "").strip(),
        term=summary_term(channels),
        fee=summary_fee(channels),
        channels=channels,
        components=components,
        cases=cases,
        steps=steps,
        steps_status=steps_status,
        legal=texts.read_legal(get("can_cu_phap_ly", "")),
        results=texts.read_results(get("ket_qua_xu_ly", "")),
        conditions=texts.read_conditions(get("yeu_cau_dieu_kien", "")),
        related=_related(get("thu_tuc_lien_quan", "")),
        problems=["rows_unreadable"] if rest.strip() else [],
    )


def _channel(row: Row, steps: str) -> Channel:
    note = row.description
    return Channel(row.channel, read_term(row, steps), read_fee(row), note=note, raw=row.raw)


def _related(text: str) -> list[str]:
    body = texts.clean_field(text)
    return [body] if body else []
