"""What is asked and what becomes of it, with its walls: added by anybody, read where the right is held."""

import django.db.models.deletion
import xaso.kernel.base.fields
import xaso.kernel.plain.ids
import xaso.kernel.plain.moment
from django.db import migrations, models
from xaso.kernel.base.policies import ANYBODY, account, also_sees, guard, parent, under


class Migration(migrations.Migration):

    dependencies = [
        ('assistant', '0001_corpus'),
        ('cases', '0005_cheaper_questions'),
        ('base', '0003_reach'),
    ]

    operations = [
        migrations.CreateModel(
            name='Asked',
            fields=[
                ('id', models.UUIDField(default=xaso.kernel.plain.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='mã')),
                ('created_at', models.DateTimeField(default=xaso.kernel.plain.moment.now, editable=False, verbose_name='lập lúc')),
                ('unit_path', models.CharField(blank=True, max_length=120, verbose_name='đơn vị')),
                ('channel', models.CharField(choices=[('public', 'Người dân'), ('desk', 'Cán bộ'), ('case', 'Cán bộ, trong hồ sơ'), ('api', 'Hệ thống ngoài')], max_length=8, verbose_name='nơi hỏi')),
                ('words', models.CharField(blank=True, max_length=600, verbose_name='lời hỏi đã che')),
                ('kind', models.CharField(max_length=10, verbose_name='kết quả')),
                ('confidence', models.FloatField(default=0.0, verbose_name='độ tin cậy')),
                ('topic', models.CharField(blank=True, max_length=200, verbose_name='đề mục')),
                ('article_id', models.UUIDField(null=True, verbose_name='điều được dẫn')),
                ('checked_id', models.UUIDField(null=True, verbose_name='câu trả lời đã kiểm')),
                ('took_ms', models.PositiveIntegerField(default=0, verbose_name='mất bao lâu (ms)')),
                ('model', models.CharField(blank=True, choices=[('', 'Không dùng'), ('used', 'Đã dùng'), ('empty', 'Bỏ hết câu'), ('failed', 'Không trả lời')], max_length=8, verbose_name='mô hình viết câu')),
                ('model_ms', models.PositiveIntegerField(default=0, verbose_name='mô hình mất (ms)')),
                ('model_letters', models.PositiveIntegerField(default=0, verbose_name='số chữ gửi mô hình')),
                ('model_kept', models.PositiveSmallIntegerField(default=0, verbose_name='số câu giữ lại')),
                ('model_dropped', models.PositiveSmallIntegerField(default=0, verbose_name='số câu bỏ')),
            ],
            options={
                'verbose_name': 'lượt hỏi',
                'indexes': [models.Index(fields=['unit_path', '-created_at'], name='asked_unit')],
            },
        ),
        migrations.CreateModel(
            name='CheckedAnswer',
            fields=[
                ('id', models.UUIDField(default=xaso.kernel.plain.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='mã')),
                ('created_at', models.DateTimeField(default=xaso.kernel.plain.moment.now, editable=False, verbose_name='lập lúc')),
                ('unit_path', models.CharField(blank=True, max_length=120, verbose_name='dùng cho đơn vị')),
                ('office_path', models.CharField(max_length=120, verbose_name='nơi kiểm')),
                ('question', models.CharField(max_length=600, verbose_name='câu hỏi')),
                ('wordings', models.JSONField(default=list, verbose_name='các cách hỏi khác')),
                ('answer', models.TextField(verbose_name='trả lời')),
                ('quotes', models.JSONField(default=list, verbose_name='trích dẫn')),
                ('checked_by', models.UUIDField(null=True, verbose_name='người kiểm')),
                ('by_name', models.CharField(max_length=150, verbose_name='tên người kiểm')),
                ('by_title', models.CharField(blank=True, max_length=150, verbose_name='chức danh')),
                ('checked_on', models.DateField(verbose_name='kiểm ngày')),
                ('valid_to', models.DateField(null=True, verbose_name='dùng đến hết ngày')),
                ('ended_on', models.DateField(null=True, verbose_name='thôi dùng ngày')),
                ('ended_why', models.CharField(blank=True, max_length=300, verbose_name='vì sao thôi dùng')),
            ],
            options={
                'verbose_name': 'câu trả lời đã kiểm',
                'indexes': [models.Index(condition=models.Q(('ended_on__isnull', True)), fields=['unit_path'], name='checked_in_use')],
            },
        ),
        migrations.CreateModel(
            name='ReasonedNote',
            fields=[
                ('id', models.UUIDField(default=xaso.kernel.plain.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='mã')),
                ('created_at', models.DateTimeField(default=xaso.kernel.plain.moment.now, editable=False, verbose_name='lập lúc')),
                ('unit_path', models.CharField(max_length=120, verbose_name='đơn vị')),
                ('question', xaso.kernel.base.fields.SealedText(editable=True, verbose_name='câu hỏi')),
                ('quotes', models.JSONField(default=list, verbose_name='trích dẫn')),
                ('words', xaso.kernel.base.fields.SealedText(default='', editable=True, verbose_name='nhận định')),
                ('day', models.DateField(verbose_name='theo luật của ngày')),
                ('written_by', models.UUIDField(null=True, verbose_name='người ghi')),
                ('by_name', models.CharField(max_length=150, verbose_name='tên người ghi')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
            options={
                'verbose_name': 'ghi chú có căn cứ',
            },
        ),
        migrations.CreateModel(
            name='LegalTask',
            fields=[
                ('id', models.UUIDField(default=xaso.kernel.plain.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='mã')),
                ('created_at', models.DateTimeField(default=xaso.kernel.plain.moment.now, editable=False, verbose_name='lập lúc')),
                ('unit_path', models.CharField(max_length=120, verbose_name='đơn vị')),
                ('origin', models.CharField(choices=[('citizen', 'Người dân hỏi'), ('officer', 'Cán bộ hỏi'), ('ended', 'Luật đã đổi, phải kiểm lại')], max_length=8, verbose_name='từ đâu')),
                ('question', xaso.kernel.base.fields.SealedText(editable=True, verbose_name='câu hỏi')),
                ('day', models.DateField(verbose_name='hỏi theo luật của ngày')),
                ('case_code', models.CharField(blank=True, max_length=60, verbose_name='trong hồ sơ')),
                ('asked_by', models.UUIDField(null=True, verbose_name='cán bộ hỏi')),
                ('state', models.CharField(choices=[('open', 'Chờ trả lời'), ('answered', 'Đã trả lời'), ('dropped', 'Không trả lời')], default='open', max_length=8, verbose_name='trạng thái')),
                ('due_on', models.DateField(verbose_name='hạn trả lời')),
                ('done_by', models.UUIDField(null=True, verbose_name='người làm')),
                ('done_at', models.DateTimeField(null=True, verbose_name='xong lúc')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='ghi chú')),
                ('answer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='assistant.checkedanswer')),
                ('before', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assistant.checkedanswer')),
            ],
            options={
                'verbose_name': 'việc pháp chế',
                'indexes': [models.Index(fields=['unit_path', 'state', 'due_on'], name='legal_task_unit')],
            },
        ),
        migrations.CreateModel(
            name='WrongMark',
            fields=[
                ('id', models.UUIDField(default=xaso.kernel.plain.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='mã')),
                ('created_at', models.DateTimeField(default=xaso.kernel.plain.moment.now, editable=False, verbose_name='lập lúc')),
                ('unit_path', models.CharField(max_length=120, verbose_name='đơn vị')),
                ('question', xaso.kernel.base.fields.SealedText(editable=True, verbose_name='câu hỏi')),
                ('article_id', models.UUIDField(null=True, verbose_name='điều được dẫn')),
                ('place', models.CharField(blank=True, max_length=300, verbose_name='chỗ được dẫn')),
                ('why', models.CharField(choices=[('matter', 'Không đúng việc tôi hỏi'), ('outdated', 'Quy định đã đổi'), ('incomplete', 'Thiếu trường hợp của tôi'), ('wrong', 'Trả lời sai')], max_length=10, verbose_name='vì sao')),
                ('words', xaso.kernel.base.fields.SealedText(default='', editable=True, verbose_name='nói thêm')),
                ('verdict', models.CharField(blank=True, choices=[('', 'Chưa xem'), ('right', 'Báo đúng'), ('unfounded', 'Câu trả lời không sai')], max_length=10, verbose_name='kết luận')),
                ('seen_by', models.UUIDField(null=True, verbose_name='người xem')),
                ('seen_at', models.DateTimeField(null=True, verbose_name='xem lúc')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='ghi chú')),
                ('checked', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assistant.checkedanswer')),
            ],
            options={
                'verbose_name': 'báo câu trả lời sai',
                'indexes': [models.Index(fields=['unit_path', 'verdict', '-created_at'], name='wrong_mark_unit')],
            },
        ),
        guard("assistant_asked", under("unit_path"), adds=ANYBODY),
        guard("assistant_checkedanswer", under("office_path")),
        also_sees("assistant_checkedanswer", ANYBODY, name="told_to_all"),
        guard("assistant_legaltask", under("unit_path"), adds=ANYBODY),
        also_sees("assistant_legaltask", account("asked_by"), name="asked_by_me"),
        guard("assistant_wrongmark", under("unit_path"), adds=ANYBODY),
        guard("assistant_reasonednote", parent("case_id", "cases_case")),
    ]
