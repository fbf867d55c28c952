"""A batch that is written down in parts: begun, filled over some days, finished."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.people.doors import citizen, viewer_in
from xaso.kernel.plain.moment import today
from xaso.services.trace.actions.lots_runs import add_to_run, begin_run, finish_run
from xaso.services.trace.lots_forms import RunAddForm, RunEndForm, RunForm
from xaso.services.trace.lots_rules import said
from xaso.services.trace.models import ProcessRun
from xaso.services.trace.public.lots.base import chosen, drawn, form_page, here, run
from xaso.services.trace.queries import lots as queries


@citizen
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, token: str) -> HttpResponse:
    """Which product the batch will give."""
    place = here(request, token)
    products = queries.done_products(place)
    form = RunForm(request.POST or None, products=products)

    def do() -> str:
        data = form.cleaned_data
        product = chosen(products, data["product"])
        made = begin_run(
            viewer_in(request),
            enterprise=place.enterprise,
            product=product,
            step=data["step"] or "processing",
        )
        return made.token

    if request.method == "POST":
        answer = run(request, form, do, "", lambda made: reverse("trace:run", args=[token, made]))
        if answer is not None:
            return answer
    back = reverse("trace:process", args=[token])
    empty = "" if products else "Thêm sản phẩm bán cho người mua trước."
    return form_page(
        request, place, form, title="Bắt đầu một mẻ", submit="Bắt đầu", back=back, empty=empty,
        lead="Bỏ nguyên liệu vào dần, ghi từng lần; khi xong thì ghi được bao nhiêu.",
    )  # fmt: skip


@citizen
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, token: str, run: str) -> HttpResponse:
    """One open batch: what went in, more of it, and its end."""
    place = here(request, token)
    row = queries.run_of(place, run)
    what = request.POST.get("do", "")
    adding = RunAddForm(
        request.POST if what == "add" else None, lots=queries.to_process(place), initial={"day": today()}
    )
    ending = RunEndForm(request.POST if what == "end" else None, initial={"made_on": today()})
    if what in {"add", "end"}:
        answer = _add(request, token, row, adding) if what == "add" else _end(request, token, row, ending)
        if answer is not None:
            return answer
    bad = bool(adding.errors or ending.errors)
    context = {
        "run": row,
        "inside": [(lot, said(quantity, lot.uom)) for lot, quantity in queries.put_into(row)],
        "adding": adding,
        "ending": ending,
        "form": [adding, ending] if bad else None,
        "has_errors": bad,
        "asks_sure": "sure" in ending.errors or "sure" in ending.data,
        "back_url": reverse("trace:process", args=[token]),
    }
    return drawn(request, "run", place, context, 422 if bad else 200)


def _add(request: HttpRequest, token: str, row: ProcessRun, form: RunAddForm) -> HttpResponse | None:
    def do() -> str:
        add_to_run(viewer_in(request), run=row, inputs=form.taken(), day=form.cleaned_data["day"])
        return row.token

    return run(request, form, do, "Đã ghi vào mẻ.", lambda made: reverse("trace:run", args=[token, made]))


def _end(request: HttpRequest, token: str, row: ProcessRun, form: RunEndForm) -> HttpResponse | None:
    def do() -> str:
        data = form.cleaned_data
        made = finish_run(
            viewer_in(request),
            run=row,
            quantity=data["quantity"],
            made_on=data["made_on"],
            code=data["code"],
            sure=data["sure"],
        )
        return made.token

    return run(request, form, do, "Đã lập lô mới.", lambda made: reverse("trace:lot", args=[token, made]))
