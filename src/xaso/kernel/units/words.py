"""Words of administrative units: their kinds, short forms, and how a name stands in a sentence."""

from __future__ import annotations

from xaso.kernel.plain.text import fold

PROVINCE_KINDS = ("tỉnh", "thành phố")
DISTRICT_KINDS = ("quận", "huyện", "thị xã", "thành phố")
COMMUNE_KINDS = ("xã", "phường", "thị trấn", "đặc khu")
HAMLET_KINDS = (
    "thôn",
    "bản",
    "buôn",
    "làng",
    "ấp",
    "khóm",
    "xóm",
    "khu phố",
    "tổ dân phố",
    "khu",
    "phum",
    "sóc",
)
OFFICE_KINDS = (
    "trung tâm",
    "phòng",
    "sở",
    "ban",
    "chi cục",
    "văn phòng",
    "đơn vị sự nghiệp",
    "trạm",
    "trường",
)

# Typed short forms, folded, each with the kinds it may stand for.
SHORT_FORMS: dict[str, tuple[str, ...]] = {
    "t": ("tỉnh",),
    "tp": ("thành phố",),
    "thanh pho": ("thành phố",),
    "thu do": ("thành phố",),
    "tx": ("thị xã",),
    "tt": ("thị trấn",),
    "p": ("phường",),
    "f": ("phường",),
    "ph": ("phường",),
    "x": ("xã",),
    "q": ("quận",),
    "h": ("huyện",),
    "dk": ("đặc khu",),
}
KIND_WORDS: dict[str, tuple[str, ...]] = {
    **{fold(kind): (kind,) for kinds in (PROVINCE_KINDS, DISTRICT_KINDS, COMMUNE_KINDS) for kind in kinds},
    **SHORT_FORMS,
}


def full_name(kind: str, name: str) -> str:
    """ "xã", "Cao Thượng" → "Xã Cao Thượng"."""
    return f"{kind[:1].upper()}{kind[1:]} {name}".strip()


def in_sentence(name: str) -> str:
    """A full name inside a sentence: the kind begins with a small letter."""
    return name[:1].lower() + name[1:]
