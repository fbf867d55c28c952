"""Settings: the simulator by default, the real system by its address alone, and a sentence for each mistake."""

from __future__ import annotations

import pytest

from xaso.kernel.connectors.addresses import KEYS, TRIAL, AddressError, read_addresses
from xaso.simulators import world

HERE = "http://127.0.0.1:8301"
REAL = {
    "XASO_SMS_URL": "https://sms.example.test/",
    "XASO_SMS_CLIENT_ID": "a",
    "XASO_SMS_SECRET": "b",
    "XASO_SMS_HOOK_SECRET": "c",
}


def test_nothing_set_means_simulators() -> None:
    found = read_addresses({}, HERE)
    assert set(found) == set(KEYS) == set(world.SYSTEMS) - {"mail", "push"}
    assert all(one.simulated and one.secret == TRIAL == world.TRIAL for one in found.values())
    assert found["vneid"].url == f"{HERE}/vneid"


def test_outside_a_trial_nobody_knows_the_simulators_secrets() -> None:
    found = read_addresses({}, HERE, trial=False)
    assert all(
        TRIAL not in (one.secret, one.hook_secret) and len(one.hook_secret) > 30 for one in found.values()
    )
    assert read_addresses({}, HERE, trial=False)["bank"].hook_secret != found["bank"].hook_secret


def test_one_address_makes_one_real() -> None:
    found = read_addresses(REAL, HERE)
    assert (found["sms"].url, found["sms"].simulated) == ("https://sms.example.test", False)
    assert found["zalo"].simulated


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"XASO_SMS_SECRET": ""}, "XASO_SMS_SECRET"),
        ({"XASO_SMS_HOOK_SECRET": ""}, "XASO_SMS_HOOK_SECRET"),
        ({"XASO_SMS_URL": "http://sms.example.test"}, "https://"),
        ({"XASO_SMS_URL": "sms.example.test"}, "XASO_SMS_URL"),
        ({"XASO_SMS_TIMEOUT": "soon"}, "XASO_SMS_TIMEOUT"),
        ({"XASO_SMS_TIMEOUT": "0"}, "XASO_SMS_TIMEOUT"),
    ],
)
def test_each_mistake_names_its_setting(changes: dict[str, str], named: str) -> None:
    with pytest.raises(AddressError, match=named):
        read_addresses({**REAL, **changes}, HERE)
