"""Words of events: every spelling of a term says the same."""

import pytest

from xaso.services.trace import vocabulary
from xaso.services.trace.naming import NAMESPACE


@pytest.mark.parametrize(
    "uri",
    ["shipping", "https://ref.gs1.org/cbv/BizStep-shipping", "urn:epcglobal:cbv:bizstep:shipping"],
)
def test_every_spelling_of_a_standard_step(uri):
    assert vocabulary.label_of(uri) == "Gửi hàng đi"
    assert vocabulary.label_of(uri, "en") == "Shipped"


@pytest.mark.parametrize("uri", ["xaso:harvesting", f"{NAMESPACE}harvesting", "harvesting"])
def test_every_spelling_of_a_step_of_ours(uri):
    assert vocabulary.label_of(uri) == "Thu hái"


def test_dispositions_and_unknown_words():
    assert vocabulary.label_of("https://ref.gs1.org/cbv/Disp-in_transit") == "Đang trên đường"
    assert vocabulary.label_of("urn:epcglobal:cbv:disp:recalled") == "Bị thu hồi"
    assert vocabulary.label_of("https://example.com/steps/deep_freezing") == "Deep freezing"
    assert vocabulary.label_of("") == "Không rõ"


def test_the_whole_standard_has_words():
    assert (len(vocabulary.words()["step"]), len(vocabulary.words()["disposition"])) == (41, 33)
    for table in ("step", "disposition", "own", "fact"):
        for told in vocabulary.words()[table].values():
            assert told["vi"]
            assert told["en"]


def test_own_terms_say_which_standard_step_is_nearest():
    for term, told in vocabulary.words()["own"].items():
        assert told["of"] in vocabulary.words()["step"], term
    graph = vocabulary.json_ld()["@graph"]
    assert {"@id": "https://ref.gs1.org/cbv/BizStep-creating_class_instance"} in [
        one.get("broadMatch") for one in graph
    ]
