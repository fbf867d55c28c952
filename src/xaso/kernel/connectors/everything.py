"""Importing this module makes every connector known to the registry."""

from xaso.kernel.connectors import (
    model,
    origin,
    payment,
    population,
    portal,
    post,
    sms,
    source_system,
    vneid,
    voices,
    zalo,
)

ALL = (
    vneid.Vneid,
    portal.Portal,
    origin.Origin,
    source_system.SourceSystem,
    payment.Payment,
    post.Post,
    population.Population,
    sms.Sms,
    zalo.Zalo,
    voices.FptVoice,
    voices.VbeeVoice,
    voices.ViettelVoice,
    model.LanguageModel,
    model.Hearing,
)
