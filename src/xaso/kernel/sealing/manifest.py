"""What the log registers: nightly look, health check."""

from xaso.kernel.base.manifest import Check, Rotatable, Service, TaskSpec


def _nightly() -> None:
    from xaso.kernel.sealing.sealer import sweep  # the manifest is read before the models

    sweep()


def _is_well() -> tuple[bool, str]:
    from xaso.kernel.sealing.health import is_well

    return is_well()


def _rotate() -> str:
    from xaso.kernel.sealing.logkeys import rotate

    return f"Khóa nhật ký số {rotate().number} đang dùng, có chữ ký của khóa trước chứng cho."


def _status() -> list[str]:
    from xaso.kernel.sealing.models import LogKey

    last = LogKey.objects.order_by("-number").first()
    if last is None:
        return ["lập khi niêm phong lần đầu"]
    return [f"đang dùng số {last.number}, đặt ngày {last.at:%d/%m/%Y}"]


SERVICE = Service(
    keys=(Rotatable("log", "Khóa ký nhật ký", _rotate, _status),),
    key="sealing",
    title="Nhật ký không thể sửa",
    summary="Mọi việc được ghi vào cây băm có chữ ký; ai cũng kiểm tra được là chưa bị sửa.",
    switchable=False,
    tasks=(TaskSpec("sealing.sweep", _nightly, "40 2 * * *"),),
    checks=(Check("Nhật ký không thể sửa", _is_well),),
)
