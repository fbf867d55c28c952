"""Writes of the resolver: links that an enterprise adds, and codes that somebody scanned and nobody issued."""

from __future__ import annotations

import uuid
from datetime import date
from urllib.parse import urlsplit

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.trace import linking
from xaso.services.trace.models import Enterprise, Product, ResolverLink, TradeItem
from xaso.services.trace.naming import own
from xaso.services.trace.seats import MANAGER, must_sit

LANGUAGES = ("", "vi", "en")


def anchor_of(product: Product, item: TradeItem | None = None) -> str:
    """What links of a product, or of a pack size with GTIN, hang on."""
    return f"https://id.gs1.org/01/{item.gtin}" if item and item.gtin else own("class", product.token)


@action
def add_link(
    viewer: Viewer,
    *,
    enterprise: Enterprise,
    product: Product,
    link_type: str,
    title: str,
    href: str,
    lang: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> ResolverLink:
    """A link of a product (recipe, where to buy): the code leads there when an application asks for that type."""
    must_sit(viewer, enterprise, MANAGER)
    wrong: dict[str, list[str]] = {}
    if product.enterprise_id != enterprise.pk:
        raise NotFound("Sản phẩm này không thuộc cơ sở.")
    if link_type not in linking.TYPES:
        wrong["link_type"] = ["Chọn loại đường dẫn."]
    if not title.strip():
        wrong["title"] = ["Nhập tên đường dẫn, như người mua sẽ đọc."]
    parts = urlsplit(href.strip())
    if parts.scheme != "https" or not parts.netloc or "." not in parts.netloc or len(href) > 500:
        wrong["href"] = ["Nhập địa chỉ đầy đủ, bắt đầu bằng https://"]
    if lang not in LANGUAGES:
        wrong["lang"] = ["Chọn ngôn ngữ."]
    if valid_from and valid_to and valid_to < valid_from:
        wrong["valid_to"] = ["Ngày cuối phải sau ngày đầu."]
    if wrong:
        raise ActionErrors(wrong)
    link = ResolverLink.objects.create(
        enterprise=enterprise,
        anchor=anchor_of(product),
        link_type=link_type,
        title=title.strip()[:200],
        lang=lang,
        href=href.strip(),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    emit("trace.link_kept", record=link, unit_path=enterprise.unit_path, viewer=viewer)
    return link


@action
def end_link(viewer: Viewer, *, link: ResolverLink) -> ResolverLink:
    """The code no longer leads there."""
    must_sit(viewer, link.enterprise, MANAGER)
    if link.ended_at is not None:
        raise ActionError("Đường dẫn này đã bỏ rồi.")
    link.ended_at = now()
    link.save(update_fields=["ended_at"])
    emit("trace.link_kept", record=link, unit_path=link.enterprise.unit_path, viewer=viewer)
    return link


@action
def note_unknown(viewer: Viewer, *, path: str, device: str) -> None:
    """Somebody scanned a code of ours that nobody issued: perhaps a fake. ``device`` is a digest, nobody's name."""
    record = uuid.uuid5(uuid.NAMESPACE_URL, path)
    emit(
        "trace.unknown_scanned",
        record=("trace.unknowncode", record),
        unit_path="",
        viewer=viewer,
        data={"path": path[:200], "device": device},
    )
