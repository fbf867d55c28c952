"""Pages of officers: the board, gauges, warnings, people, rules."""

from django.urls import path

from xaso.services.alerts.desk import board, gauges, people, settings, warnings

app_name = "alerts_desk"

urlpatterns = [
    path("", board.board, name="board"),
    path("de-xuat/<uuid:proposal_id>/", board.proposal, name="proposal"),
    path("tram/", gauges.gauges, name="gauges"),
    path("tram/them/", gauges.gauge_new, name="gauge_new"),
    path("tram/<uuid:gauge_id>/", gauges.gauge, name="gauge"),
    path("soan/", warnings.start, name="start"),
    path("soan/noi-dung/", warnings.write, name="write"),
    path("canh-bao/<uuid:warning_id>/", warnings.warning, name="warning"),
    path("canh-bao/<uuid:warning_id>/xac-nhan/", warnings.confirm, name="confirm"),
    path("canh-bao/<uuid:warning_id>/sua/", warnings.change, name="change"),
    path("canh-bao/<uuid:warning_id>/nguoi-dan/", people.of_warning, name="people"),
    path("canh-bao/<uuid:warning_id>/bao-cao.pdf", warnings.report, name="report"),
    path("so-can-giup/", people.frail, name="frail"),
    path("so-can-giup/<uuid:person_id>/", people.frail_one, name="frail_one"),
    path("noi-so-tan/", people.shelters, name="shelters"),
    path("quy-tac/", settings.rules, name="rules"),
]
