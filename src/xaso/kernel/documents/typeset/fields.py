"""Fields of a PDF: places marked by the template become form fields for number, date and signatures.

A template marks a place with ``field("name", …)``; typst writes it as a link, and here the link's annotation
is turned into a form field at the same spot, its element in the structure tree included. Number and date are
text fields, so that the clerk can fill them after the leader has signed: a certified PDF of permission level 2
allows form filling and signing, nothing else. The agency's signature then locks all fields.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pikepdf

MARK = "xs-field:"
NUMBER, DATE, AGENCY, PERSON = "number", "date", "agency", "person_"
_READ_ONLY = 1
_PRINT = 4
_SIGNATURES_EXIST = 3
_QUADDING = {"left": 0, "center": 1, "right": 2}


@dataclass(frozen=True)
class Field:
    """A field of a page: its place in points from the bottom left, and how text stands in it."""

    name: str
    page: int
    box: tuple[float, float, float, float]
    kind: str = "text"
    size: float = 13.0
    face: str = "regular"
    align: str = "left"
    filled: bool = False

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


def _style(text: str) -> tuple[float, str, str]:
    parts = (text.split(";") + ["", "", ""])[:3]
    size = float(parts[0]) if parts[0].replace(".", "", 1).isdigit() else 13.0
    return size, parts[1] or "regular", parts[2] if parts[2] in _QUADDING else "left"


def _marks(pdf: pikepdf.Pdf) -> list[tuple[int, Any, str]]:
    found = []
    for number, page in enumerate(pdf.pages):
        for annotation in page.get("/Annots", pikepdf.Array()):
            action = annotation.get("/A")
            uri = str(action.get("/URI", "")) if isinstance(action, pikepdf.Dictionary) else ""
            if uri.startswith(MARK):
                found.append((number, annotation, uri.removeprefix(MARK)))
    return found


def _structure(pdf: pikepdf.Pdf) -> dict[int, Any]:
    """Elements of the structure tree by the number their annotation carries."""
    tree = pdf.Root.get("/StructTreeRoot")
    numbers = tree.ParentTree.get("/Nums") if tree is not None and "/ParentTree" in tree else None
    if numbers is None:
        return {}
    pairs = list(numbers)
    return {int(pairs[at]): pairs[at + 1] for at in range(0, len(pairs) - 1, 2)}


def _as_form_control(annotation: Any, elements: dict[int, Any]) -> None:
    if "/StructParent" not in annotation:
        return
    element = elements.get(int(annotation.StructParent))
    if isinstance(element, pikepdf.Dictionary):
        element.S = pikepdf.Name.Form
        kids = element.get("/K")
        if isinstance(kids, pikepdf.Array) and len(kids) == 1:
            element.K = kids[0]


def _make_field(pdf: pikepdf.Pdf, page: Any, annotation: Any, mark: str) -> str:
    name, _, style = mark.partition("?")
    for key in ("/A", "/Border", "/Contents"):
        if key in annotation:
            del annotation[key]
    box = [float(value) for value in annotation.Rect]
    annotation.Subtype = pikepdf.Name.Widget
    annotation.F = _PRINT
    annotation.P = page
    annotation.T = pikepdf.String(name)
    annotation.AP = pikepdf.Dictionary(
        N=pdf.make_stream(
            b"",
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=[0, 0, box[2] - box[0], box[3] - box[1]],
            Resources=pikepdf.Dictionary(),
        )
    )
    if name == AGENCY or name.startswith(PERSON):
        annotation.FT = pikepdf.Name.Sig
        if name == AGENCY:
            lock = pikepdf.Dictionary(Type=pikepdf.Name.SigFieldLock, Action=pikepdf.Name.All, P=1)
            annotation.Lock = pdf.make_indirect(lock)
    else:
        size, face, side = _style(style)
        annotation.FT = pikepdf.Name.Tx
        annotation.Ff = _READ_ONLY
        annotation.Q = _QUADDING[side]
        annotation.DA = pikepdf.String(f"/Tinos-{face} {size:g} Tf 0 g")
        annotation.V = pikepdf.String("")
    return name


def with_fields(pdf: bytes) -> bytes:
    """Turn the places marked by the template into form fields. A PDF without marks comes back unchanged."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        marks = _marks(document)
        if not marks:
            return pdf
        elements = _structure(document)
        made: dict[str, Any] = {}
        for page, annotation, mark in marks:
            indirect = annotation if annotation.is_indirect else document.make_indirect(annotation)
            name = _make_field(document, document.pages[page].obj, indirect, mark)
            if name in made:
                raise ValueError(f"the template marks the place {name!r} twice")
            made[name] = indirect
            _as_form_control(indirect, elements)
        # Persons first, agency last: readers list signatures in this order.
        order = sorted(made, key=lambda name: (name == AGENCY, not name.startswith(PERSON), name))
        document.Root.AcroForm = document.make_indirect(
            pikepdf.Dictionary(
                Fields=pikepdf.Array([made[name] for name in order]),
                SigFlags=_SIGNATURES_EXIST,
                DR=pikepdf.Dictionary(),
                DA=pikepdf.String("/Tinos-regular 13 Tf 0 g"),
            )
        )
        out = io.BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def fields_of(pdf: bytes) -> dict[str, Field]:
    """The fields of a PDF by name, filled or not."""
    found: dict[str, Field] = {}
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for number, page in enumerate(document.pages):
            for annotation in page.get("/Annots", pikepdf.Array()):
                if str(annotation.get("/Subtype", "")) != "/Widget" or "/T" not in annotation:
                    continue
                name, signature = str(annotation.T), annotation.get("/FT") == "/Sig"
                box = tuple(float(value) for value in annotation.Rect)
                parts = str(annotation.get("/DA", "")).split()
                side = {0: "left", 1: "center", 2: "right"}[int(annotation.get("/Q", 0))]
                value = annotation.get("/V")
                found[name] = Field(
                    name=name,
                    page=number,
                    box=(box[0], box[1], box[2], box[3]),
                    kind="signature" if signature else "text",
                    size=float(parts[1]) if len(parts) > 1 else 13.0,
                    face=parts[0].partition("-")[2] if parts else "regular",
                    align=side,
                    filled=value is not None and (signature or str(value) != ""),
                )
    return found
