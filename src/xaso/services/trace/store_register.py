"""What the repository of events registers in the manifest."""

from __future__ import annotations

from xaso.kernel.base.manifest import TaskSpec
from xaso.services.trace.actions.store import run_capture, sweep_captures
from xaso.services.trace.actions.store_subscriptions import send, send_streams, sweep_subscriptions
from xaso.services.trace.api import router
from xaso.services.trace.rest.sockets import stream

TASKS = (
    TaskSpec("trace.run_capture", run_capture),
    TaskSpec("trace.sweep_captures", sweep_captures, "* * * * *"),
    TaskSpec("trace.send_streams", send_streams),
    TaskSpec("trace.send_subscription", send),
    TaskSpec("trace.sweep_subscriptions", sweep_subscriptions, "* * * * *"),
)
API = router
SOCKETS = ("/epcis/v2/queries/", stream)
