"""What the log registers: nightly look, health check."""

from xaso.kernel.base.manifest import Check, Service, TaskSpec
from xaso.kernel.sealing.health import is_well
from xaso.kernel.sealing.sealer import sweep


def nightly() -> None:
    """The scheduled look over everything."""
    sweep()


SERVICE = Service(
    key="sealing",
    title="Nhật ký không thể sửa",
    summary="Mọi việc được ghi vào cây băm có chữ ký; ai cũng kiểm tra được là chưa bị sửa.",
    switchable=False,
    tasks=(TaskSpec("sealing.sweep", nightly, "40 2 * * *"),),
    checks=(Check("Nhật ký không thể sửa", is_well),),
)
