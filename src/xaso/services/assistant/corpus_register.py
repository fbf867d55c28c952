"""What the corpus registers in the manifest of the assistant."""

from __future__ import annotations

from xaso.kernel.base.manifest import Check, HomeCard, NavItem, Right, TaskSpec
from xaso.services.assistant.actions import importing, indexing, loading
from xaso.services.assistant.queries.corpus_rights import CORPUS
from xaso.services.assistant.queries.shelf import set_aside_count
from xaso.services.assistant.queries.standing import corpus_health

NAV = (NavItem("Nhập văn bản pháp luật", "assistant_desk:imports", CORPUS, "upload", set_aside_count),)
HOME = (
    HomeCard(
        "Văn bản pháp luật",
        "Đọc luật, nghị định, thông tư; còn hay hết hiệu lực.",
        "assistant:documents",
        "book-open",
    ),
)
RIGHTS = (Right(CORPUS, "Nhập văn bản pháp luật vào kho", ("clerk", "leader", "province_admin", "admin")),)
TASKS = (
    TaskSpec(loading.LOAD, loading.load_pack),
    TaskSpec(indexing.INDEX, indexing.index_imports),
    TaskSpec(importing.RUN, importing.run_import),
    TaskSpec("assistant.resume_loading", loading.resume, "*/5 * * * *"),
    TaskSpec("assistant.sweep_imports", importing.sweep_imports, "*/10 * * * *"),
)
LISTENS = {"assistant.articles_kept": indexing.on_articles_kept}
ANNOUNCES = {
    "assistant.articles_kept": "Thêm {count} điều luật vào kho",
    "assistant.import_begun": "Nhập văn bản pháp luật",
    "assistant.document_set_aside": "Để riêng văn bản đọc không chắc",
    "assistant.set_aside_dropped": "Bỏ văn bản để riêng",
    "assistant.document_ended": "Ghi văn bản hết hiệu lực",
}
CHECKS = (Check("Kho văn bản pháp luật", corpus_health),)
