"""Forms 04 and 05 under the agency's digital seal, as they are sent to a citizen electronically.

On paper the forms are printed and signed by hand (`paperwork`); sent electronically they bear the agency's
digital signature. What was sealed is kept as it is and given to the citizen from then on.
"""

from __future__ import annotations

from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import NotFound
from xaso.kernel.documents.actions.papers import About, draft_document
from xaso.kernel.documents.actions.sealing_alone import seal_alone
from xaso.kernel.documents.models import Document
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop.actions.base import locked, tell
from xaso.services.onestop.issuing import agency_of
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.paperwork.slips import SEALED_FORMS, sealed_form


@action
def seal_form(viewer: Viewer, *, dossier_id: UUID, form: str, pin: str) -> Document:
    """Make form 04 or 05 of a dossier, number and seal it with the agency's key; the citizen may read it at once.

    Pressed twice the second press answers the first one's paper. Raises NotFound when the dossier has no such
    form, WrongPin and other signing errors; then nothing is kept.
    """
    dossier = locked(dossier_id)
    viewer.must("onestop.seal", dossier.unit_path)
    shape = SEALED_FORMS.get(form)
    if shape is None:
        raise NotFound("Giấy này không đóng dấu số riêng.")
    made = sealed_form(dossier, form)
    if made is not None:
        return made
    agency = agency_of(dossier.unit_path)
    data = shape.data(viewer, dossier) | {"numbered": True, "sealed_only": True, "symbol": shape.symbol}
    about = About(
        title=f"{shape.title} ({dossier.code})",
        kind=shape.title,
        unit_path=agency.unit_path,
        agency=agency.name,
        place=agency.place,
        symbol=shape.symbol,
        series=shape.symbol,
        record=("onestop.dossier", dossier.pk),
        holder=dossier.submitter or dossier.applicant,
    )
    document = draft_document(viewer, template_key=shape.template, data=data, about=about)
    sealed = seal_alone(viewer, document=document, pin=pin)
    tell("onestop.form_sealed", dossier, viewer, form=form, document=str(sealed.pk))
    return sealed


def sealed_forms_of(dossier: Dossier) -> list[Document]:
    """The sealed forms that count now."""
    return [found for form in SEALED_FORMS if (found := sealed_form(dossier, form)) is not None]
