"""What the log registers: nightly look, health check."""

from xaso.kernel.base.manifest import Check, Rotatable, Service, TaskSpec
from xaso.kernel.sealing.health import is_well
from xaso.kernel.sealing.sealer import sweep


def nightly() -> None:
    """The scheduled look over everything."""
    sweep()


def _rotate() -> str:
    from xaso.kernel.sealing.logkeys import rotate

    return f"Khóa nhật ký số {rotate().number} đang dùng, có chữ ký của khóa trước chứng cho."


def _status() -> list[str]:
    from xaso.kernel.sealing.models import LogKey

    last = LogKey.objects.order_by("-number").first()
    return (
        [f"đang dùng số {last.number}, đặt ngày {last.at:%d/%m/%Y}"]
        if last
        else ["lập khi niêm phong lần đầu"]
    )


SERVICE = Service(
    keys=(Rotatable("log", "Khóa ký nhật ký", _rotate, _status),),
    key="sealing",
    title="Nhật ký không thể sửa",
    summary="Mọi việc được ghi vào cây băm có chữ ký; ai cũng kiểm tra được là chưa bị sửa.",
    switchable=False,
    tasks=(TaskSpec("sealing.sweep", nightly, "40 2 * * *"),),
    checks=(Check("Nhật ký không thể sửa", is_well),),
)
