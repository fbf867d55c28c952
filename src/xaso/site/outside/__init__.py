"""The doors of the connectors: webhooks and the operators' page.

They stand in the site because connectors lie below people in the kernel, and a view must wear a door.
"""

from django.urls import path

from xaso.site.outside import desk, hooks

public_urls = [
    path("hooks/bank", hooks.bank_notice, name="bank_notice"),
    path("hooks/payment", hooks.platform_notice, name="platform_notice"),
]
desk_urls = [
    path("connectors/", desk.connectors, name="connectors"),
    path("connectors/<slug:key>/", desk.calls, name="connector_calls"),
    path("connectors/<slug:key>/thu", desk.test, name="connector_test"),
    path("tien-den/", desk.payments, name="incoming_payments"),
]
