"""Officers' pages of commune radio, room by room."""

from xaso.services.broadcast.desk import (
    bulletins,
    clusters,
    emergency,
    figures,
    imports,
    live_voice,
    log,
    now,
    planning,
    programme,
    relay,
    settings,
    spoken,
    writing,
)

app_name = "broadcast_desk"

urlpatterns = [
    *now.now_urls,
    *writing.writing_urls,
    *spoken.spoken_urls,
    *bulletins.bulletin_urls,
    *planning.planning_urls,
    *programme.programme_urls,
    *clusters.cluster_urls,
    *log.log_urls,
    *emergency.emergency_urls,
    *settings.settings_urls,
    *figures.figure_urls,
    *relay.relay_urls,
    *live_voice.live_urls,
    *imports.import_urls,
]
