"""Officers' pages of the assistant, room by room."""

from xaso.services.assistant.desk import asking_urls, corpus

app_name = "assistant_desk"
urlpatterns = [*asking_urls.urlpatterns, *corpus.urlpatterns]
