"""Importing this module makes every connector known to the registry."""

from xaso.kernel.connectors import origin, payment, population, portal, post, sms, vneid, zalo

ALL = (
    vneid.Vneid,
    portal.Portal,
    origin.Origin,
    payment.Payment,
    post.Post,
    population.Population,
    sms.Sms,
    zalo.Zalo,
)
