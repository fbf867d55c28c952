"""From raw input to kept answers: what is asked, kept, dropped, prefilled, mended."""

from __future__ import annotations

from xaso.services.onestop import eforms
from xaso.services.onestop.tests.eforms.makers import ANSWERS, GIVEN, document, setup


def paths(reading: eforms.Reading) -> list[str]:
    return [problem.path for problem in reading.problems]


def test_a_whole_form() -> None:
    reading = eforms.validate_all(setup(), ANSWERS, GIVEN)
    assert reading.ok
    assert reading.answers == {**ANSWERS, "page_sum": 2}


def test_missing_answers_say_what_to_do() -> None:
    reading = eforms.validate_all(setup(), {}, GIVEN)
    assert [problem.message for problem in reading.problems] == [
        "Nhập họ và tên",
        "Nhập ngày sinh",
        "Chọn Có hoặc Không: Đã kết hôn",
        "Ghi ít nhất 1 giấy",
    ]


def test_hidden_answers_are_dropped_and_not_required() -> None:
    raw = {**ANSWERS, "spouse": "Hoàng Thị Liên"}
    assert "spouse" not in eforms.validate_all(setup(), raw, GIVEN).answers
    reading = eforms.validate_all(setup(), {**raw, "married": True}, GIVEN)
    assert reading.answers["spouse"] == "Hoàng Thị Liên"


def test_a_page_is_read_in_the_light_of_its_own_answers() -> None:
    raw = {"name": "Nông Văn Dũng", "born": "17/2/1985", "married": "yes"}
    reading = eforms.validate_page(setup(), "who", raw, {}, GIVEN)
    assert paths(reading) == ["spouse"]
    assert reading.answers["born"] == "1985-02-17"


def test_group_problems_name_the_item() -> None:
    raw = {
        **ANSWERS,
        "papers": [{"title": "A", "pages": "0", "copies": "1"}, {"title": "", "pages": "", "copies": ""}],
    }
    reading = eforms.validate_all(setup(), raw, GIVEN)
    assert paths(reading) == ["papers.0.pages"]
    assert reading.problems[0].message == "Nhập từ 1 trở lên"


def test_too_many_items() -> None:
    raw = {**ANSWERS, "papers": [{"title": "A", "pages": 1, "copies": 1}] * 4}
    reading = eforms.validate_all(setup(), raw, GIVEN)
    assert reading.problems[0].message == "Ghi nhiều nhất 3 giấy"


def test_unknown_keys_vanish() -> None:
    assert "evil" not in eforms.settle(setup(), {**ANSWERS, "evil": 1, "page_sum": 999}, GIVEN)
    assert eforms.settle(setup(), {**ANSWERS, "page_sum": 999}, GIVEN)["page_sum"] == 2


def test_future_birth() -> None:
    reading = eforms.validate_all(setup(), {**ANSWERS, "born": "2027-01-01"}, GIVEN)
    assert reading.problems[0].message == "Nhập ngày không sau hôm nay (15/10/2026)"


def test_pages_and_where_to_go_on() -> None:
    form = setup()
    assert [page.key for page in eforms.visible_pages(form, {}, GIVEN)] == ["who", "papers_page"]
    assert [question.key for question in eforms.visible_pages(form, {}, GIVEN)[0].fields] == [
        "name",
        "born",
        "married",
    ]
    first = eforms.next_page(form, "who", ANSWERS, GIVEN)
    assert first is not None and first.key == "papers_page"
    assert eforms.next_page(form, "papers_page", ANSWERS, GIVEN) is None
    here = eforms.first_open_page(form, {**ANSWERS, "papers": []}, GIVEN)
    assert here is not None and here.key == "papers_page"
    assert eforms.first_open_page(form, ANSWERS, GIVEN) is None
    found = eforms.page_of(form, "papers.title")
    assert found is not None and found.key == "papers_page"


def test_prefill_takes_what_is_usable() -> None:
    known = {"person": {"full_name": "Nông Văn Dũng"}}
    assert eforms.prefill(setup(), known, GIVEN) == {"name": "Nông Văn Dũng"}
    assert eforms.prefill(setup(), {"person": {"full_name": "123"}}, GIVEN) == {}
    assert eforms.prefill(setup(), {"person": "broken"}, GIVEN) == {}


def test_prefill_waits_for_whose_dossier_it_is() -> None:
    page = {
        "key": "p",
        "title": "P",
        "fields": [
            {"key": "own", "kind": "yes_no", "label": "Của mình"},
            {
                "key": "name",
                "kind": "person_name",
                "label": "Tên",
                "prefill": "person.full_name",
                "prefill_when": {"field": "own", "is": True},
            },
        ],
    }
    form, known = setup(pages=[page]), {"person": {"full_name": "Nông Văn Dũng"}}
    assert eforms.prefill(form, known, GIVEN) == {}
    assert eforms.prefill(form, known, GIVEN, {"own": False}) == {}
    assert eforms.prefill(form, known, GIVEN, {"own": True}) == {"name": "Nông Văn Dũng"}


def test_id_number_that_disagrees_is_a_question() -> None:
    page = {
        "key": "p",
        "title": "P",
        "fields": [
            {"key": "born", "kind": "date", "label": "Ngày sinh", "partial": True},
            {"key": "number", "kind": "id_number", "label": "Số", "id_of": {"birth_date": "born"}},
        ],
    }
    reading = eforms.validate_all(setup(pages=[page]), {"born": "1986", "number": "006085001234"}, GIVEN)
    assert reading.ok
    assert reading.questions[0].path == "number"
    assert "1985" in reading.questions[0].message


def test_stop_is_a_page_not_an_error() -> None:
    stop = {
        "key": "young",
        "when": {"field": "born", "age_under": 18},
        "title": "Chưa đủ 18 tuổi",
        "words": "Chờ.",
    }
    form = setup(stops=[stop])
    assert eforms.stopped(form, ANSWERS, GIVEN) is None
    found = eforms.stopped(form, {**ANSWERS, "born": "2015-01-01"}, GIVEN)
    assert found is not None and found.key == "young"


def test_summary_speaks() -> None:
    rows = [row for section in eforms.summary(setup(), ANSWERS, GIVEN) for row in section.rows]
    assert [(row.label, row.text) for row in rows][:3] == [
        ("Họ và tên", "Nông Văn Dũng"),
        ("Ngày sinh", "17/02/1985"),
        ("Đã kết hôn", "Không"),
    ]
    assert rows[3].path == "papers.0.title" and rows[3].label == "Giấy 1: Tên giấy"


def test_form_diff_by_keys() -> None:
    changed = document(title="Xin giấy khác")
    changed["pages"][0]["fields"][0]["label"] = "Tên"
    changed["pages"][1]["fields"].pop()
    changes = {change.path: change.kind for change in eforms.form_diff(setup(), eforms.load_setup(changed))}
    assert changes == {
        "title": "changed",
        "pages.who.fields.name.label": "changed",
        "pages.papers_page.fields.page_sum": "removed",
    }
    assert eforms.form_diff(setup(), setup()) == []


def test_html_names_come_back() -> None:
    form = setup()
    questions = [question for page in form.pages for question in page.fields]
    data: dict[str, list[str]] = {}
    for question in questions:
        for name, value in eforms.form_values(question, ANSWERS.get(question.key)).items():
            data[name] = value if isinstance(value, list) else [value]
    assert data["born.day"] == ["17"] and data["papers.0.pages"] == ["2"]
    raw = eforms.from_form(questions, data)
    assert eforms.validate_all(form, raw, GIVEN).answers == {**ANSWERS, "page_sum": 2}
