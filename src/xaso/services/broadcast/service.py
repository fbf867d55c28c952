"""What commune radio registers; each room adds its own lines in its ``…_register.py``."""

from xaso.kernel.base.manifest import Service
from xaso.services.broadcast import core_register as core
from xaso.services.broadcast import pages_register as pages
from xaso.services.broadcast import relay_register as relay
from xaso.services.broadcast import wire_register as wire
from xaso.services.broadcast.api import router
from xaso.services.broadcast.demo import fill

ROOMS = (pages, core, wire, relay)
LISTENERS = tuple(row for room in ROOMS for row in room.LISTENERS)
HEARD = dict.fromkeys(name for names, _ in LISTENERS for name in names)

SERVICE = Service(
    key="broadcast",
    title="Truyền thanh cơ sở",
    summary="Bản tin đọc từ văn bản, chương trình phát, cụm loa, tin khẩn cấp, lượt phát thực tế.",
    public="xaso.services.broadcast.public",
    desk="xaso.services.broadcast.desk",
    api=router,
    message_templates="messages.toml",
    light=relay.LIGHT,
    home=tuple(card for room in ROOMS for card in room.HOME),
    nav=tuple(item for room in ROOMS for item in room.NAV),
    rights=tuple(right for room in ROOMS for right in room.RIGHTS),
    tasks=tuple(job for room in ROOMS for job in room.TASKS),
    checks=tuple(check for room in ROOMS for check in room.CHECKS),
    indicators=tuple(spec for room in ROOMS for spec in room.INDICATORS),
    listens={name: tuple(run for names, run in LISTENERS if name in names) for name in HEARD},
    announces={name: sentence for room in ROOMS for name, sentence in room.ANNOUNCES.items()},
    demo=fill,
    demo_beside=True,
)
