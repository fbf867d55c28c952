"""The manifest of the assistant: its rooms register their own lines."""

from xaso.kernel.base.manifest import Service
from xaso.services.assistant import asking_register as asking
from xaso.services.assistant import corpus_register as corpus
from xaso.services.assistant.api import router
from xaso.services.assistant.demo import fill

SERVICE = Service(
    key="assistant",
    title="Hỏi đáp pháp luật",
    summary="Điều luật trả lời câu hỏi, trích nguyên văn, có hiệu lực vào ngày được hỏi; không có thì nói là không có.",
    public="xaso.services.assistant.public",
    desk="xaso.services.assistant.desk",
    api=router,
    nav=(*asking.NAV, *corpus.NAV),
    home=(*asking.HOME, *corpus.HOME),
    rights=(*asking.RIGHTS, *corpus.RIGHTS),
    tasks=(*asking.TASKS, *corpus.TASKS),
    listens=corpus.LISTENS,
    announces={**asking.ANNOUNCES, **corpus.ANNOUNCES},
    indicators=asking.INDICATORS,
    checks=corpus.CHECKS,
    case_panels=asking.CASE_PANELS,
    demo=fill,
)
