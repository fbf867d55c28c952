"""The manifest of the one-stop shop."""

from xaso.kernel.base.manifest import Service

SERVICE = Service(
    key="onestop",
    title="Một cửa và dịch vụ công",
    summary="Nộp hồ sơ, theo dõi, nhận kết quả có chữ ký số.",
)
