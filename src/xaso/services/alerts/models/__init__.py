"""The tables of warnings."""

from xaso.services.alerts.models.cap import CapArrival, CapKey, CapSource
from xaso.services.alerts.models.gauges import (
    Gauge,
    GaugeReading,
    GaugeThreshold,
    PlaceRisk,
    RainForecast,
)
from xaso.services.alerts.models.people import FrailPerson, SafeAnswer, Shelter, ShelterStay
from xaso.services.alerts.models.warnings import (
    CapMessage,
    HazardWarning,
    WarningProposal,
    WarningRule,
    WarningStep,
)

__all__ = [
    "CapArrival",
    "CapKey",
    "CapMessage",
    "CapSource",
    "FrailPerson",
    "Gauge",
    "GaugeReading",
    "GaugeThreshold",
    "HazardWarning",
    "PlaceRisk",
    "RainForecast",
    "SafeAnswer",
    "Shelter",
    "ShelterStay",
    "WarningProposal",
    "WarningRule",
    "WarningStep",
]
