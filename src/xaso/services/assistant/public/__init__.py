"""Pages of the assistant for everybody, room by room."""

from xaso.services.assistant.public import asking_urls, corpus

app_name = "assistant"
urlpatterns = [*asking_urls.urlpatterns, *corpus.urlpatterns]
