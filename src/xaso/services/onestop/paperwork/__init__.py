"""The printed forms of a dossier (TT 03/2025/TT-VPCP, forms 01 to 07, and the note of hand-over) as PDF.

Each function answers the PDF of what has happened so far, made from the dossier at that moment; a form that
does not exist yet (no supplement was asked, nothing was refused) is refused with NotFound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.paperwork.office import control_slip_pdf, register_pdf
from xaso.services.onestop.paperwork.parts import tracking_url
from xaso.services.onestop.paperwork.slips import (
    apology_pdf,
    handover_pdf,
    receipt_pdf,
    refusal_pdf,
    stop_pdf,
    supplement_pdf,
)

__all__ = [
    "FORMS",
    "Form",
    "apology_pdf",
    "control_slip_pdf",
    "form_pdf",
    "handover_pdf",
    "receipt_pdf",
    "refusal_pdf",
    "register_pdf",
    "stop_pdf",
    "supplement_pdf",
    "tracking_url",
]


@dataclass(frozen=True)
class Form:
    """One printed form: its name, its file name, who may have it, how it is made."""

    title: str
    file: str
    make: Callable[[Viewer, Dossier], bytes]
    for_citizens: bool = True


FORMS = {
    "01": Form("Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "giay-tiep-nhan", receipt_pdf),
    "02": Form("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ", "phieu-bo-sung", supplement_pdf),
    "03": Form("Phiếu từ chối tiếp nhận giải quyết hồ sơ", "phieu-tu-choi", refusal_pdf),
    "04": Form("Văn bản xin lỗi, hẹn lại ngày trả kết quả", "phieu-xin-loi", apology_pdf),
    "05": Form("Thông báo dừng giải quyết hồ sơ", "thong-bao-dung", stop_pdf),
    "06": Form("Phiếu kiểm soát quá trình giải quyết hồ sơ", "phieu-kiem-soat", control_slip_pdf, False),
    "bien-nhan": Form("Giấy biên nhận trả kết quả", "bien-nhan-tra-ket-qua", handover_pdf),
}


def form_pdf(viewer: Viewer, dossier: Dossier, form: str) -> tuple[str, bytes]:
    """A form by its number ("01" … "06", "bien-nhan"): (file name, PDF). Raises NotFound."""
    known = FORMS.get(form)
    if known is None or (viewer.is_citizen and not known.for_citizens):
        raise NotFound("Không có giấy này.")
    return f"{known.file}-{dossier.code}.pdf", known.make(viewer, dossier)
