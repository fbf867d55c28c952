"""Pages for everybody: what is warned of, rain and water, shelters, "tôi an toàn", the feed."""

from django.urls import path

from xaso.services.alerts.public import feed, pages, safe

app_name = "alerts"

urlpatterns = [
    path("", pages.now_page, name="now"),
    path("feed", feed.atom, name="feed"),
    path("feed/", feed.atom),
    path("chung-thu.pem", feed.certificates, name="certificates"),
    path("cap/<str:identifier>.xml", feed.message, name="message"),
    path("tram/", pages.gauges, name="gauges"),
    path("tram/<slug:code>/", pages.gauge, name="gauge"),
    path("noi-so-tan/", pages.shelters, name="shelters"),
    path("<str:code>/", pages.warning, name="warning"),
    path("<str:code>/cap.xml", feed.newest, name="newest"),
    path("<str:code>/an-toan/", safe.anybody, name="safe"),
    path("<str:code>/toi/<str:token>/", safe.own, name="own"),
]
