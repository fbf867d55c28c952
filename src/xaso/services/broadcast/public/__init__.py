"""Pages of commune radio that are open to all."""

from xaso.services.broadcast.public import listening, stations
from xaso.services.broadcast.sound_files import sound_urls
from xaso.services.broadcast.wire import public as devices

app_name = "broadcast"

urlpatterns = [*stations.station_urls, *listening.listen_urls, *sound_urls, *devices.urlpatterns]
