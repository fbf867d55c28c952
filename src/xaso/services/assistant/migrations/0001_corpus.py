"""Tables of the corpus: law is public; what officers brought in and what was set aside is their units' own."""

import django.db.models.deletion
import xaso.kernel.plain.ids
import xaso.kernel.plain.moment
from django.db import migrations, models

from xaso.kernel.base.policies import ANYBODY, EVERYWHERE, also_sees, guard, under


class Migration(migrations.Migration):

    initial = True

    dependencies = [("base", "0003_reach")]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.UUIDField(default=xaso.kernel.plain.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='mã')),
                ('created_at', models.DateTimeField(default=xaso.kernel.plain.moment.now, editable=False, verbose_name='lập lúc')),
                ('kind', models.CharField(choices=[('pack', 'Kho văn bản đi kèm phần mềm'), ('codification', 'Bộ pháp điển điện tử'), ('file', 'Tệp tải lên'), ('lines', 'Tệp dòng JSON')], max_length=14, verbose_name='loại')),
                ('unit_path', models.CharField(blank=True, max_length=120, verbose_name='đơn vị')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='tên tệp')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='nguồn')),
                ('source_date', models.DateField(null=True, verbose_name='ngày của nguồn')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='dấu tệp')),
                ('state', models.CharField(choices=[('waiting', 'Chờ nhập'), ('running', 'Đang nhập'), ('done', 'Xong'), ('failed', 'Không nhập được')], default='waiting', max_length=8, verbose_name='trạng thái')),
                ('counts', models.JSONField(default=dict, verbose_name='số lượng')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='tổng số điều')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='số điều đã nhập')),
                ('problem', models.CharField(blank=True, max_length=500, verbose_name='vì sao không nhập được')),
                ('started_at', models.DateTimeField(null=True, verbose_name='bắt đầu lúc')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='xong lúc')),
                ('imported_by', models.UUIDField(null=True, verbose_name='người nhập')),
                ('indexed_seq', models.BigIntegerField(default=0, verbose_name='đã vào chỉ mục tới số')),
                ('indexed_at', models.DateTimeField(null=True, verbose_name='vào chỉ mục xong lúc')),
            ],
            options={
                'verbose_name': 'lần nhập văn bản',
                'indexes': [models.Index(fields=['unit_path', '-created_at'], name='assistant_import_unit')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'pack')), fields=('digest', 'unit_path'), name='assistant_pack_once')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.UUIDField(default=xaso.kernel.plain.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='mã')),
                ('created_at', models.DateTimeField(default=xaso.kernel.plain.moment.now, editable=False, verbose_name='lập lúc')),
                ('slug', models.CharField(max_length=140, unique=True, verbose_name='tên trong địa chỉ')),
                ('number', models.CharField(max_length=80, verbose_name='số hiệu')),
                ('kind', models.CharField(max_length=60, verbose_name='loại văn bản')),
                ('issuer', models.CharField(blank=True, max_length=300, verbose_name='cơ quan ban hành')),
                ('title', models.TextField(blank=True, verbose_name='trích yếu')),
                ('folded', models.TextField(blank=True, verbose_name='trích yếu để tìm')),
                ('issued_on', models.DateField(null=True, verbose_name='ngày ban hành')),
                ('effective_on', models.DateField(null=True, verbose_name='ngày có hiệu lực')),
                ('ended_on', models.DateField(null=True, verbose_name='ngày hết hiệu lực')),
                ('state', models.CharField(choices=[('in_force', 'Còn hiệu lực'), ('partly', 'Hết hiệu lực một phần'), ('ended', 'Hết hiệu lực'), ('not_yet', 'Chưa có hiệu lực'), ('unknown', 'Chưa rõ hiệu lực')], default='unknown', max_length=8, verbose_name='tình trạng')),
                ('province_path', models.CharField(blank=True, max_length=120, verbose_name='nơi áp dụng')),
                ('topic', models.CharField(blank=True, max_length=200, verbose_name='đề mục')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='nguồn')),
                ('source_date', models.DateField(null=True, verbose_name='ngày của nguồn')),
                ('file', models.CharField(blank=True, max_length=64, verbose_name='dấu tệp gốc')),
                ('problem', models.CharField(blank=True, max_length=500, verbose_name='điều cần xem lại')),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='assistant.import')),
            ],
            options={
                'verbose_name': 'văn bản',
            },
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.UUIDField(default=xaso.kernel.plain.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='mã')),
                ('created_at', models.DateTimeField(default=xaso.kernel.plain.moment.now, editable=False, verbose_name='lập lúc')),
                ('number', models.CharField(max_length=20, verbose_name='điều')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='bản')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='thứ tự')),
                ('title', models.TextField(blank=True, verbose_name='tên điều')),
                ('part', models.CharField(blank=True, max_length=500, verbose_name='phần')),
                ('chapter', models.CharField(blank=True, max_length=500, verbose_name='chương')),
                ('section', models.CharField(blank=True, max_length=500, verbose_name='mục')),
                ('text', models.TextField(verbose_name='nội dung')),
                ('seq', models.BigIntegerField(unique=True, verbose_name='số thứ tự trong chỉ mục')),
                ('valid_from', models.DateField(null=True, verbose_name='có hiệu lực từ')),
                ('valid_to', models.DateField(null=True, verbose_name='hết hiệu lực từ')),
                ('topic', models.CharField(blank=True, max_length=200, verbose_name='đề mục')),
                ('codified', models.CharField(blank=True, max_length=60, verbose_name='số pháp điển')),
                ('note', models.TextField(blank=True, verbose_name='ghi chú nguồn')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='articles', to='assistant.document')),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='articles', to='assistant.import')),
            ],
            options={
                'verbose_name': 'điều luật',
            },
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mentions', to='assistant.article', to_field='seq')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mentioned', to='assistant.article', to_field='seq')),
            ],
            options={
                'verbose_name': 'điều luật được viện dẫn',
            },
        ),
        migrations.CreateModel(
            name='Relation',
            fields=[
                ('id', models.UUIDField(default=xaso.kernel.plain.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='mã')),
                ('created_at', models.DateTimeField(default=xaso.kernel.plain.moment.now, editable=False, verbose_name='lập lúc')),
                ('kind', models.CharField(choices=[('amends', 'sửa đổi, bổ sung'), ('replaces', 'thay thế'), ('repeals', 'bãi bỏ'), ('corrects', 'đính chính'), ('guides', 'quy định chi tiết, hướng dẫn'), ('bases', 'là căn cứ ban hành'), ('consolidates', 'hợp nhất')], max_length=12, verbose_name='quan hệ')),
                ('on', models.DateField(null=True, verbose_name='từ ngày')),
                ('from_number', models.CharField(max_length=80, verbose_name='văn bản làm thay đổi')),
                ('from_place', models.CharField(blank=True, max_length=120, verbose_name='điều làm thay đổi')),
                ('to_number', models.CharField(max_length=80, verbose_name='văn bản được thay đổi')),
                ('to_place', models.CharField(blank=True, max_length=120, verbose_name='điều được thay đổi')),
                ('whole', models.BooleanField(default=False, verbose_name='toàn bộ')),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assistant.import')),
                ('from_article', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='assistant.article')),
                ('from_document', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='assistant.document')),
                ('to_article', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changed_by', to='assistant.article')),
                ('to_document', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changed_by', to='assistant.document')),
            ],
            options={
                'verbose_name': 'quan hệ giữa văn bản',
            },
        ),
        migrations.CreateModel(
            name='SetAside',
            fields=[
                ('id', models.UUIDField(default=xaso.kernel.plain.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='mã')),
                ('created_at', models.DateTimeField(default=xaso.kernel.plain.moment.now, editable=False, verbose_name='lập lúc')),
                ('unit_path', models.CharField(blank=True, max_length=120, verbose_name='đơn vị')),
                ('name', models.CharField(max_length=200, verbose_name='tên tệp')),
                ('file', models.CharField(blank=True, max_length=64, verbose_name='dấu tệp')),
                ('reason', models.CharField(max_length=500, verbose_name='vì sao để riêng')),
                ('excerpt', models.TextField(blank=True, verbose_name='phần đầu')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='xử lý lúc')),
                ('closed_by', models.UUIDField(null=True, verbose_name='người xử lý')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='set_aside', to='assistant.import')),
            ],
            options={
                'verbose_name': 'văn bản để riêng',
            },
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['number'], name='assistant_document_number'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['province_path', 'kind', '-issued_on'], name='assistant_document_place'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('number', 'issuer', 'province_path'), name='assistant_document_once'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['document', 'position'], name='assistant_article_order'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.UniqueConstraint(fields=('document', 'number', 'version'), name='assistant_article_version'),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.UniqueConstraint(fields=('source', 'target'), name='assistant_mention_once'),
        ),
        migrations.AddIndex(
            model_name='relation',
            index=models.Index(fields=['to_number'], name='assistant_relation_to'),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.UniqueConstraint(fields=('kind', 'from_number', 'from_place', 'to_number', 'to_place'), name='assistant_relation_once'),
        ),
        migrations.AddIndex(
            model_name='setaside',
            index=models.Index(fields=['unit_path', '-created_at'], name='assistant_set_aside_unit'),
        ),
        migrations.RunSQL(
            "CREATE SEQUENCE assistant_article_seq START 10000000", "DROP SEQUENCE assistant_article_seq"
        ),
        # The law is public: everybody reads it; only the product itself and who brings documents in write it.
        guard("assistant_import", under("unit_path")),
        also_sees("assistant_import", f"unit_path = '' AND {ANYBODY}", name="of_the_country"),
        guard("assistant_setaside", under("unit_path")),
        guard("assistant_document", under("province_path")),
        also_sees("assistant_document", ANYBODY, name="public_law"),
        guard("assistant_article", EVERYWHERE),
        also_sees("assistant_article", ANYBODY, name="public_law"),
        guard("assistant_relation", EVERYWHERE),
        also_sees("assistant_relation", ANYBODY, name="public_law"),
        guard("assistant_mention", EVERYWHERE),
        also_sees("assistant_mention", ANYBODY, name="public_law"),
    ]
