"""What buyers see and write: pages, pictures, scans, feedback."""

import django.db.models.deletion
from django.db import migrations, models

import xaso.kernel.base.fields
import xaso.kernel.plain.ids
import xaso.kernel.plain.moment
from xaso.kernel.base.policies import ANYBODY, any_of, guard, under
from xaso.services.trace.reach import MINE

# Buyers write without an account; what they wrote is read by the enterprise and by officers of its unit.
SEEN_BY = any_of(under("unit_path"), MINE)
# Pages are packed already: the database need not try once more.
STORAGE = "ALTER TABLE trace_publicpage ALTER COLUMN packed SET STORAGE {}"


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_held_files_and_scans"),
        ("trace", "0002_reach"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScanSalt",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="ngày")),
                ("salt", models.BinaryField(verbose_name="muối")),
            ],
            options={
                "verbose_name": "muối của ngày",
            },
        ),
        migrations.CreateModel(
            name="PagePicture",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=xaso.kernel.plain.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="mã",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=xaso.kernel.plain.moment.now, editable=False, verbose_name="lập lúc"
                    ),
                ),
                ("source", models.UUIDField(unique=True, verbose_name="văn bản gốc")),
                ("width", models.PositiveIntegerField(verbose_name="rộng (điểm ảnh)")),
                ("height", models.PositiveIntegerField(verbose_name="cao (điểm ảnh)")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.file",
                        verbose_name="tệp",
                    ),
                ),
            ],
            options={
                "verbose_name": "ảnh cho người mua",
            },
        ),
        migrations.CreateModel(
            name="Scan",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=xaso.kernel.plain.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="mã",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=xaso.kernel.plain.moment.now, editable=False, verbose_name="lập lúc"
                    ),
                ),
                ("code", models.CharField(max_length=200, verbose_name="mã được quét")),
                ("serial", models.CharField(blank=True, max_length=40, verbose_name="số sê-ri")),
                ("is_known", models.BooleanField(default=True, verbose_name="mã do hệ thống cấp")),
                ("day", models.DateField(verbose_name="ngày")),
                ("device", models.CharField(max_length=32, verbose_name="máy (băm theo ngày)")),
                ("times", models.PositiveIntegerField(default=1, verbose_name="số lần")),
                (
                    "first_at",
                    models.DateTimeField(default=xaso.kernel.plain.moment.now, verbose_name="lần đầu lúc"),
                ),
                (
                    "last_at",
                    models.DateTimeField(default=xaso.kernel.plain.moment.now, verbose_name="lần cuối lúc"),
                ),
                (
                    "place",
                    models.CharField(blank=True, max_length=12, verbose_name="tỉnh người mua cho biết"),
                ),
            ],
            options={
                "verbose_name": "lượt quét",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "serial", "day", "device"), name="scan_device_day_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ScratchCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=xaso.kernel.plain.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="mã",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=xaso.kernel.plain.moment.now, editable=False, verbose_name="lập lúc"
                    ),
                ),
                ("token", models.CharField(max_length=16, verbose_name="mã công khai")),
                ("serial", models.CharField(max_length=40, verbose_name="số sê-ri")),
                (
                    "first_at",
                    models.DateTimeField(
                        default=xaso.kernel.plain.moment.now, verbose_name="kiểm tra lần đầu lúc"
                    ),
                ),
                ("times", models.PositiveIntegerField(default=1, verbose_name="số lần kiểm tra")),
            ],
            options={
                "verbose_name": "lần kiểm tra mã cào",
                "constraints": [
                    models.UniqueConstraint(fields=("token", "serial"), name="scratchcheck_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=xaso.kernel.plain.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="mã",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=xaso.kernel.plain.moment.now, editable=False, verbose_name="lập lúc"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("rating", "Đánh giá"),
                            ("question", "Câu hỏi"),
                            ("fake", "Báo nghi hàng giả"),
                        ],
                        max_length=8,
                        verbose_name="loại",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("new", "Chưa trả lời"), ("answered", "Đã trả lời"), ("spam", "Tin rác")],
                        default="new",
                        max_length=8,
                        verbose_name="tình trạng",
                    ),
                ),
                (
                    "unit_path",
                    models.CharField(db_index=True, max_length=120, verbose_name="đường dẫn đơn vị"),
                ),
                ("stars", models.PositiveSmallIntegerField(null=True, verbose_name="số sao")),
                ("words", models.TextField(blank=True, verbose_name="nội dung")),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="tên người viết tự ghi")),
                (
                    "contact",
                    xaso.kernel.base.fields.SealedJSON(
                        editable=True, help_text="phone, email", null=True, verbose_name="liên hệ"
                    ),
                ),
                ("serial", models.CharField(blank=True, max_length=40, verbose_name="số sê-ri")),
                ("bought_at", models.CharField(blank=True, max_length=200, verbose_name="nơi mua")),
                ("lang", models.CharField(default="vi", max_length=2, verbose_name="ngôn ngữ")),
                ("follow", models.CharField(max_length=64, unique=True, verbose_name="băm mã theo dõi")),
                ("device", models.CharField(max_length=32, verbose_name="máy (băm theo ngày)")),
                ("day", models.DateField(verbose_name="ngày")),
                ("answer", models.TextField(blank=True, verbose_name="trả lời")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="trả lời lúc")),
                ("answered_by", models.UUIDField(null=True, verbose_name="người trả lời")),
                ("published_at", models.DateTimeField(null=True, verbose_name="công bố lúc")),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Chưa kết luận"),
                            ("fake", "Là hàng giả"),
                            ("genuine", "Hàng thật"),
                            ("unclear", "Chưa đủ căn cứ"),
                        ],
                        default="",
                        max_length=8,
                        verbose_name="kết luận của cán bộ",
                    ),
                ),
                (
                    "finding_note",
                    models.CharField(blank=True, max_length=500, verbose_name="căn cứ kết luận"),
                ),
                ("found_at", models.DateTimeField(null=True, verbose_name="kết luận lúc")),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback",
                        to="trace.enterprise",
                        verbose_name="cơ sở",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback",
                        to="trace.lot",
                        verbose_name="lô hàng",
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.file",
                        verbose_name="ảnh",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback",
                        to="trace.product",
                        verbose_name="sản phẩm",
                    ),
                ),
            ],
            options={
                "verbose_name": "ý kiến của người mua",
                "indexes": [
                    models.Index(fields=["enterprise", "-created_at"], name="feedback_enterprise_at"),
                    models.Index(fields=["device", "day"], name="feedback_device_day"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "rating"), ("stars__gte", 1), ("stars__lte", 5)),
                            models.Q(models.Q(("kind", "rating"), _negated=True), ("stars__isnull", True)),
                            _connector="OR",
                        ),
                        name="feedback_stars_with_rating",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PublicPage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=xaso.kernel.plain.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="mã",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=xaso.kernel.plain.moment.now, editable=False, verbose_name="lập lúc"
                    ),
                ),
                ("token", models.CharField(max_length=16, verbose_name="mã công khai")),
                ("lang", models.CharField(max_length=2, verbose_name="ngôn ngữ")),
                ("build", models.CharField(max_length=16, verbose_name="bản giao diện")),
                ("etag", models.CharField(max_length=32, verbose_name="dấu nội dung")),
                ("packed", models.BinaryField(verbose_name="trang đã nén")),
                ("facts", models.JSONField(default=dict, verbose_name="hộ chiếu số")),
                ("made_at", models.DateTimeField(verbose_name="lập trang lúc")),
                ("fresh_until", models.DateTimeField(verbose_name="dùng đến lúc")),
                (
                    "lot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pages",
                        to="trace.lot",
                        verbose_name="lô hàng",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pages",
                        to="trace.product",
                        verbose_name="sản phẩm",
                    ),
                ),
            ],
            options={
                "verbose_name": "trang cho người mua",
                "constraints": [models.UniqueConstraint(fields=("token", "lang"), name="publicpage_once")],
            },
        ),
        migrations.CreateModel(
            name="Recording",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=xaso.kernel.plain.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="mã",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=xaso.kernel.plain.moment.now, editable=False, verbose_name="lập lúc"
                    ),
                ),
                ("lang", models.CharField(default="vi", max_length=2, verbose_name="ngôn ngữ")),
                ("media_type", models.CharField(max_length=40, verbose_name="loại nội dung")),
                ("size", models.PositiveIntegerField(verbose_name="cỡ (byte)")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="thôi dùng lúc")),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recordings",
                        to="trace.enterprise",
                        verbose_name="cơ sở",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.file",
                        verbose_name="tệp",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recordings",
                        to="trace.product",
                        verbose_name="sản phẩm",
                    ),
                ),
            ],
            options={
                "verbose_name": "lời kể",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("product", "lang"),
                        name="recording_once",
                    )
                ],
            },
        ),
        guard("trace_feedback", SEEN_BY, adds=ANYBODY),
        migrations.RunSQL(STORAGE.format("EXTERNAL"), STORAGE.format("EXTENDED")),
    ]
