"""What people asked in the demo commune: told through the same actions as on the pages."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.services.assistant import answers
from xaso.services.assistant.actions import asking, checking
from xaso.services.assistant.models import Asked, CheckedAnswer, LegalTask
from xaso.services.assistant.queries.asking_rights import seat_of

CITIZEN = Viewer()
LEGAL, RECEPTION = "tuphap", "motcua"
# Handed over by citizens and by the desk; they wait for the legal officer.
WAITING = (
    ("Nhà tôi ở gần suối, muốn làm bếp lợp tôn thêm cạnh nhà chính thì có phải xin phép không?", ""),
    ("Hộ kinh doanh bán hàng ở chợ phiên chỉ mở ngày Chủ nhật thì có phải đăng ký không?", RECEPTION),
)
# Question, other wordings, answer, what it rests on.
CHECKED = (
    (
        "Bao nhiêu tuổi thì được đăng ký kết hôn?",
        ("tuổi kết hôn của nam và nữ", "đủ bao nhiêu tuổi được cưới"),
        "Nam phải từ đủ 20 tuổi, nữ từ đủ 18 tuổi, và hai bên tự nguyện. Mang giấy tờ tùy thân và giấy xác nhận "
        "tình trạng hôn nhân đến bộ phận một cửa.",
        "điểm a khoản 1 Điều 8 Luật 52/2014/QH13",
    ),
    (
        "Con sinh ra bao lâu thì phải đăng ký khai sinh?",
        ("thời hạn đăng ký khai sinh cho con", "khai sinh cho con trong bao nhiêu ngày"),
        "Trong 60 ngày kể từ ngày sinh, cha hoặc mẹ đăng ký khai sinh cho con. Cha mẹ không đi được thì ông bà, người "
        "thân thích khác đi thay. Quá hạn vẫn đăng ký được.",
        "khoản 1 Điều 15 Luật 60/2014/QH13",
    ),
)
ASKED = (
    "thủ tục đăng ký kết hôn cần giấy tờ gì",
    "khai sinh cho con muộn có sao không",
    "ai có thẩm quyền cấp giấy phép xây dựng nhà ở riêng lẻ",
    "nhà ở nông thôn có phải xin giấy phép xây dựng không",
    "trợ cấp xã hội hằng tháng cho người cao tuổi",
    "tách thửa đất tối thiểu bao nhiêu mét vuông",
    "chứng thực chữ ký ở đâu",
    "người dân tộc thiểu số có được trợ giúp pháp lý miễn phí không",
    "đăng ký tạm trú cần gì",
    "mức phạt khi đốt rác ngoài đồng",
)


def tell_waiting(accounts: Mapping[str, Account]) -> int:
    """Questions that wait and an answer that was marked wrong: they need no corpus."""
    unit_path = seat_of(accounts[LEGAL].unit_path)
    for days, (question, login) in enumerate(WAITING, 1):
        viewer = viewer_of(accounts[login]) if login else CITIZEN
        with moment.frozen(moment.now() - timedelta(days=days)):
            asking.hand_over(viewer, question=question, unit_path=unit_path)
    asking.mark_wrong(
        CITIZEN,
        question="mức phạt khi đốt rác ngoài đồng",
        unit_path=unit_path,
        why="incomplete",
        words="Tôi hỏi đốt rơm rạ sau gặt, không phải rác sinh hoạt.",
    )
    return LegalTask.objects.count()


def tell_answers(accounts: Mapping[str, Account]) -> int:
    """Checked answers and questions asked lately, once the corpus and its index are there."""
    legal, unit_path = viewer_of(accounts[LEGAL]), seat_of(accounts[LEGAL].unit_path)
    for question, wordings, answer, bases in CHECKED:
        try:
            task = asking.hand_over(CITIZEN, question=question, unit_path=unit_path)
            checking.answer_task(
                legal, task_id=task.pk, question=question, wordings=wordings, answer=answer, bases=bases
            )
        except ActionError:
            continue  # its law is not in the corpus, or holds no more: the question waits instead
    for number, question in enumerate(ASKED):
        started = time.perf_counter()
        made = answers.answer(CITIZEN, question=question, unit_path=unit_path, write=False)
        took = int((time.perf_counter() - started) * 1000)
        with moment.frozen(moment.now() - timedelta(days=2 * number, hours=3)):
            asking.note_asked(CITIZEN, answer=made, channel=Asked.Channel.PUBLIC, took_ms=took)
    return CheckedAnswer.objects.count()
