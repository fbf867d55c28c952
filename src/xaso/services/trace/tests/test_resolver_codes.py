"""The resolver as the standard wants it: redirects, linksets, negotiation, and 404 for what nobody issued."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as some

from xaso.kernel.base.errors import ActionErrors, Forbidden
from xaso.kernel.events.models import Event
from xaso.kernel.people.testing import a_citizen
from xaso.kernel.plain import gs1
from xaso.services.trace import linking
from xaso.services.trace.actions.labels import print_labels
from xaso.services.trace.actions.lots import publish_lot
from xaso.services.trace.actions.lots_keys import give_gln, give_gtin
from xaso.services.trace.actions.lots_packing import load_pallet, pack_cartons
from xaso.services.trace.actions.lots_use import hold_lot
from xaso.services.trace.actions.resolver import add_link, end_link
from xaso.services.trace.linking import Link
from xaso.services.trace.models import Lot, TradeItem
from xaso.services.trace.tests.lots_world import PREFIX, Coop, a_coop

pytestmark = pytest.mark.django_db
BASE = settings.XASO_BASE_URL
VOC = "https://ref.gs1.org/voc/"


@pytest.fixture
def coop() -> Coop:
    return a_coop(prefix=PREFIX)


@pytest.fixture
def tea(coop) -> Lot:
    """A published lot of tins with GTIN."""
    coop.tin = give_gtin(coop.viewer, item=coop.tin)
    return publish_lot(coop.viewer, lot=coop.tea_lot(10, item=coop.tin))


def ask(address: str, **headers: str):
    names = {f"HTTP_{key.upper()}": value for key, value in headers.items()}
    return Client().get(address.removeprefix(BASE), **names)


def dl(lot: Lot, serial: str = "", query: str = "") -> str:
    assert lot.item is not None
    elements = {"01": lot.item.gtin, "10": lot.code, **({"21": serial} if serial else {})}
    return gs1.build(elements, stem=f"{BASE}/id") + query


def test_a_code_leads_to_the_page_and_says_where_its_list_is(tea):
    for address in (f"/id/class/{tea.token}", dl(tea), dl(tea) + "/"):
        answer = ask(address)
        assert (answer.status_code, answer["Location"]) == (307, f"{BASE}/trace/q/{tea.token}"), address
        assert 'rel="linkset"; type="application/linkset+json"' in answer["Link"]
        assert "linkset-context" in answer["Link"]
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert not answer.content
    assert Client().get(f"/trace/q/{tea.token}").status_code == 200


def test_the_query_is_passed_on_as_it_was_sent(tea):
    answer = ask(dl(tea, query="?17=270901&utm=a%20b;c"))
    assert answer["Location"] == f"{BASE}/trace/q/{tea.token}?17=270901&utm=a%20b;c"


def test_serials_go_up_to_the_lot_and_carry_their_number(coop, tea):
    batch = print_labels(coop.viewer, lot=tea, sheet="a4_24", count=1, serials=True)
    serial = batch.codes.get().serial
    assert ask(dl(tea, serial))["Location"] == f"{BASE}/trace/q/{tea.token}?s={serial}"
    assert ask(f"/id/obj/{tea.token}-{serial}")["Location"] == f"{BASE}/trace/q/{tea.token}?s={serial}"
    assert ask(gs1.build({"01": tea.item.gtin, "21": serial}, stem=f"{BASE}/id"))["Location"].endswith(
        f"?s={serial}"
    )
    made_up = ask(dl(tea, "ABC123"))
    assert made_up["Location"].endswith("?s=ABC123"), "the page tells that nobody printed it"
    assert Event.objects.filter(name="trace.unknown_scanned").count() == 1


def test_a_lot_that_nobody_made_goes_up_to_the_product_and_is_counted(coop, tea):
    answer = ask(gs1.build({"01": tea.item.gtin, "10": "KHONG-CO"}, stem=f"{BASE}/id"))
    assert (answer.status_code, answer["Location"]) == (307, f"{BASE}/trace/q/{coop.tea.token}?lo=KHONG-CO")
    event = Event.objects.get(name="trace.unknown_scanned")
    assert event.data["path"].endswith("/10/KHONG-CO")
    assert "Không có lô KHONG-CO" in ask(answer["Location"]).content.decode()
    assert "There is no lot" in ask(answer["Location"], accept_language="en").content.decode()
    assert "Không có lô" not in ask(f"{BASE}/trace/q/{coop.tea.token}?lo={tea.code}").content.decode()
    assert ask(f"/id/01/{tea.item.gtin}")["Location"] == f"{BASE}/trace/q/{coop.tea.token}"


@pytest.mark.parametrize(
    "path",
    ["/id/01/09506000134352", "/id/class/zzzzzzzzzzzz", "/id/obj/zzzzzzzzzzzz", "/id/00/095060001343520000"],
)
def test_what_nobody_issued_is_told_and_counted(path):
    answer = ask(path, accept="text/html", user_agent="Zalo")
    assert answer.status_code == 404
    assert "Cẩn thận hàng giả" in answer.content.decode()
    (event,) = Event.objects.filter(name="trace.unknown_scanned")
    assert event.data["path"] == path
    assert "127.0.0.1" not in json.dumps(event.data)


def test_who_walks_through_codes_is_not_counted_for_ever():
    client = Client()
    for number in range(40):
        client.get(f"/id/class/zzzzzzzzz{number:03d}")
    assert Event.objects.filter(name="trace.unknown_scanned").count() == 30


def test_lots_that_are_not_published_and_business_papers_open_nothing(coop):
    lot = coop.tea_lot(5)
    assert ask(f"/id/class/{lot.token}").status_code == 404
    assert ask("/id/bt/abc").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/id/", "/id/01/9506000134352", "/id/01/09506000134353", "/id/10/ABC", "/id/01/09506000134352/21/X/10/Y",
        "/id/gtin/09506000134352", "/id/01/09506000134352/17/270901", "/id/class/", "/id/class/a/b", "/id/99/x",
        "/id/01/02001234567893",
    ],
)  # fmt: skip
def test_what_is_no_code_is_400_for_machines_and_people(path):
    answer = ask(path)
    assert answer.status_code == 400
    assert json.loads(answer.content)["status"] == 400
    assert "không phải mã sản phẩm" in ask(path, accept="text/html").content.decode()


def linkset_of(answer) -> dict:
    assert answer.status_code == 200
    return json.loads(answer.content)["linkset"][0]


def test_the_linkset_is_whole_and_has_one_default(coop, tea):
    add_link(
        coop.viewer, enterprise=coop.enterprise, product=coop.tea, link_type="gs1:recipeInfo",
        title="Cách pha", href="https://example.vn/pha", lang="vi",
    )  # fmt: skip
    for way in ({"accept": "application/linkset+json"}, {"accept": "*/*"}):
        address = dl(tea, query="" if "linkset" in way["accept"] else "?linkType=linkset")
        answer = ask(address, **way)
        assert answer["Content-Type"].startswith("application/linkset+json")
        body = linkset_of(answer)
        assert body["anchor"] == gs1.build({"01": tea.item.gtin, "10": tea.code})
        assert body[f"{VOC}defaultLink"] == [
            {"href": f"{BASE}/trace/q/{tea.token}", "title": f"{coop.tea.name}, lô {tea.code}"}
        ]
        assert {one["hreflang"][0] for one in body[f"{VOC}defaultLinkMulti"]} == {"vi", "en"}
        assert [one["href"] for one in body[f"{VOC}recipeInfo"]] == ["https://example.vn/pha"]
        for rel, targets in body.items():
            assert rel == "anchor" or (
                rel.startswith("https://") and all({"href", "title"} <= set(t) for t in targets)
            )
    assert json.loads(ask(dl(tea, query="?linkType=linkset"), accept="application/ld+json").content)[
        "@context"
    ]
    page = ask(dl(tea, query="?linkType=linkset"), accept="text/html,*/*;q=0.8").content.decode()
    assert "Cách pha" in page
    assert 'id="linkset"' in page


def test_links_of_a_type(coop, tea):
    kept = add_link(
        coop.viewer, enterprise=coop.enterprise, product=coop.tea, link_type="gs1:recipeInfo",
        title="Cách pha", href="https://example.vn/pha?x=1",
    )  # fmt: skip
    for name in ("gs1:recipeInfo", f"{VOC}recipeInfo", "https://gs1.org/voc/recipeInfo"):
        answer = ask(dl(tea, query=f"?linkType={name}"))
        assert answer.status_code == 307
        assert answer["Location"].startswith("https://example.vn/pha?x=1&linkType=")
    assert ask(dl(tea, query="?linkType=gs1:hasRetailers")).status_code == 404
    assert ask(dl(tea, query="?linkType=gs1:pip"), accept_language="en-GB,en;q=0.9")["Location"].startswith(
        f"{BASE}/trace/q/{tea.token}?lang=en&"
    )
    choice = ask(dl(tea, query="?linkType=gs1:pip"), accept_language="fr")
    assert choice.status_code == 300
    assert len(json.loads(choice.content)["linkset"][0][f"{VOC}pip"]) == 2
    assert ask(dl(tea), accept_language="en")["Location"] == f"{BASE}/trace/q/{tea.token}?lang=en"
    assert ask(dl(tea), accept_language="fr")["Location"] == f"{BASE}/trace/q/{tea.token}"
    end_link(coop.viewer, link=kept)
    assert ask(dl(tea, query="?linkType=gs1:recipeInfo")).status_code == 404


def test_head_options_and_other_methods(tea):
    client, path = Client(), f"/id/class/{tea.token}"
    head = client.head(path)
    assert (head.status_code, head.content) == (307, b"")
    options = client.options(path)
    assert options.status_code == 204
    assert options["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert client.post(path).status_code == 405


def test_the_description_stands_at_its_known_address():
    answer = Client().get("/.well-known/gs1resolver")
    body = json.loads(answer.content)
    assert body["resolverRoot"] == f"{BASE}/id"
    assert set(body["supportedPrimaryKeys"]) >= {"01", "00", "414"}
    assert body["supportedLinkType"] == [{"namespace": VOC, "prefix": "gs1:"}]
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_an_old_sticker_opens_after_the_pack_has_gained_a_gtin(coop):
    lot = publish_lot(coop.viewer, lot=coop.tea_lot(10, item=coop.tin))
    give_gtin(coop.viewer, item=coop.tin)
    lot = Lot.objects.select_related("item").get(pk=lot.pk)
    assert lot.thing.uri.endswith(f"/class/{lot.token}")
    for address in (f"/id/class/{lot.token}", dl(lot)):
        assert ask(address)["Location"] == f"{BASE}/trace/q/{lot.token}"


def test_plants_places_and_packages_have_small_pages(coop):
    tea = publish_lot(coop.viewer, lot=coop.tea_lot(10))
    cartons = pack_cartons(coop.viewer, lot=tea, cartons=2, per_carton=2)
    pallet = load_pallet(coop.viewer, enterprise=coop.enterprise, packages=[one.pk for one in cartons])
    gln = give_gln(coop.viewer, enterprise=coop.enterprise)
    addresses = {
        coop.bush.uri: "Cây 007",
        coop.plot.uri: "Nương Khe Cọn",
        f"/id/loc/{coop.enterprise.token}": coop.enterprise.name,
        f"/id/414/{gln}": coop.enterprise.name,
        f"/id/00/{pallet.sscc}": "2 thùng",
        f"/id/obj/{cartons[0].token}": tea.code,
    }
    for address, words in addresses.items():
        answer = ask(address)
        assert answer.status_code == 307, address
        page = ask(answer["Location"])
        assert page.status_code == 200
        assert words in page.content.decode()
        assert "Lý Thị Xuân" not in page.content.decode()
    assert "thu hồi" not in ask(f"/trace/kien/{pallet.token}/").content.decode()
    hold_lot(coop.viewer, lot=tea, reason="Phun thuốc", recalled=True)
    assert "thu hồi" in ask(f"/trace/kien/{pallet.token}/").content.decode()


def test_links_are_added_by_managers_and_checked(coop):
    good = {
        "enterprise": coop.enterprise, "product": coop.tea, "link_type": "gs1:support", "title": "Hỏi",
        "href": "https://example.vn/hoi",
    }  # fmt: skip
    with pytest.raises(Forbidden):
        add_link(a_citizen("Người Lạ"), **good)
    for wrong in (
        {"href": "javascript:alert(1)"},
        {"href": "http://x.vn"},
        {"link_type": "gs1:gi"},
        {"title": " "},
    ):
        with pytest.raises(ActionErrors):
            add_link(coop.viewer, **{**good, **wrong})


def test_a_gtin_goes_to_one_pack_size_for_ever(coop):
    first = give_gtin(coop.viewer, item=coop.tin)
    other = TradeItem.objects.create(product=coop.tea, name="Hộp 100 g", net_quantity="0.1")
    with pytest.raises(Exception, match="đã cấp"):
        give_gtin(coop.viewer, item=other, gtin=first.gtin)
    assert give_gtin(coop.viewer, item=other).gtin != first.gtin
    poor = a_coop(name="Hợp tác xã chưa có mã")
    with pytest.raises(Exception, match="chưa có mã doanh nghiệp"):
        give_gtin(poor.viewer, item=poor.tin)


# ---- the rules alone ----------------------------------------------------------------------------------------------

REL = some.sampled_from(["gs1:pip", "gs1:defaultLink", "gs1:support", "https://schema.org/image"])
LINKS = some.lists(
    some.builds(
        Link, REL, some.sampled_from(["https://a.vn", "https://b.vn"]), some.just("x"),
        some.sampled_from(["", "vi", "en"]), some.sampled_from(["text/html", "application/json"]), some.integers(0, 2),
    ),
    max_size=8,
)  # fmt: skip


@given(LINKS, some.text(max_size=30), some.text(max_size=30))
def test_a_choice_is_always_among_the_links_of_the_type(links, accept, languages):
    chosen = linking.choose(links, "gs1:pip", accept, languages)
    assert all(one in links and one.rel == "gs1:pip" for one in chosen)
    assert bool(chosen) == any(one.rel == "gs1:pip" for one in links)
    assert len({one.level for one in chosen}) <= 1


@given(LINKS)
def test_a_linkset_never_has_two_defaults_nor_a_bare_word(links):
    (context,) = linking.linkset("https://id.gs1.org/01/09506000134352", links)["linkset"]
    assert len(context.get(f"{VOC}defaultLink", [])) <= 1
    assert all(key == "anchor" or key.startswith("https://") for key in context)


@given(some.text("AB/-_", min_size=1, max_size=8), some.sampled_from(["", "S/1", "77"]))
def test_slashes_that_the_server_turned_back_are_found(lot, serial):
    elements = {"01": "09506000134352", "10": lot, **({"21": serial} if serial else {})}
    written = gs1.build(elements, stem="https://x.vn/id").removeprefix("https://x.vn/id/")
    assert linking.regrouped(written.replace("%2F", "/")) == written


def test_a_lot_code_of_others_with_a_slash_is_no_error(coop, tea):
    assert ask(f"/id/01/{tea.item.gtin}/10/A%2FB")["Location"].endswith("?lo=A%2FB")


def test_weights_are_read():
    assert linking.accepted("en;q=0.5, vi, fr;q=0") == [("vi", 1.0), ("en", 0.5), ("fr", 0.0)]
    assert linking.joined("https://a.vn/x#y", "q=1") == "https://a.vn/x?q=1#y"
