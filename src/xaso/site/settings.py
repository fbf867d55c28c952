"""Every setting, read from the environment, typed, with a sentence when one is missing."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from xaso import __version__
from xaso.kernel.connectors.addresses import AddressError, read_addresses
from xaso.kernel.plain.inner_tls import database_address
from xaso.site.operating.forward import read_target

SOURCE = Path(__file__).resolve().parent.parent
ROOT = SOURCE.parent.parent
HOME = Path(os.environ.get("XASO_HOME", ROOT / "var"))
HOME.mkdir(parents=True, exist_ok=True)


def _flag(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in {"", "0", "1", "no", "yes", "false", "true"}:
        return default if value == "" else value in {"1", "yes", "true"}
    raise ImproperlyConfigured(f"{name} phải là yes hoặc no.")


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip()
    if value and (not value.isdigit() or int(value) < 1):
        raise ImproperlyConfigured(f"{name} phải là một số nguyên từ 1 trở lên.")
    return int(value) if value else default


def _secret(name: str, file_name: str) -> str:
    """A secret from the environment, else from a file under the product's home, made at the first start."""
    if name in os.environ:
        return os.environ[name]
    path = HOME / "keys" / file_name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text().strip()


TESTING = "pytest" in sys.modules
AS_OWNER = TESTING or _flag("XASO_AS_OWNER", False)


# TLS between our own machines: a folder with ca.pem, cert.pem, key.pem (./xaso inner-tls makes it).
XASO_INNER_TLS = os.environ.get("XASO_INNER_TLS", "").rstrip("/")


def _database() -> dict[str, object]:
    from xaso.site import database
    from xaso.site.database.address import take_apart

    # Tables are made and saved by their owner; server and worker run under a role that the policies bind.
    given = (AS_OWNER and os.environ.get("XASO_OWNER_URL")) or os.environ.get("DATABASE_URL")
    try:
        address = database_address(given, XASO_INNER_TLS) if given else None
        parts = take_apart(address or (database.url() if AS_OWNER else database.app_url()))
    except database.DatabaseProblem as problem:
        raise ImproperlyConfigured(str(problem)) from None
    return {
        "ENGINE": "xaso.kernel.base.postgres",
        **parts,
        # Persistent connections: measured 8-39 % cheaper than the pool at one thread a worker.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": os.environ.get("XASO_TEST_DB", "test_xaso")},
    }


DEBUG = _flag("XASO_DEBUG", False)
DEMO = _flag("XASO_DEMO", False)
SECRET_KEY = _secret("XASO_SECRET_KEY", "session.key")
# Keys before this one, still good for reading; with a file they come from there (./xaso keys rotate session).
SECRET_KEY_FALLBACKS = [one for one in os.environ.get("XASO_SECRET_KEY_FALLBACKS", "").split(",") if one]
XASO_SESSION_KEY_FILE = "" if "XASO_SECRET_KEY" in os.environ else str(HOME / "keys" / "session.key")
# How long an old key of the ring stays after a change at least, whatever the rows say.
XASO_KEY_GRACE_SECONDS = float(os.environ.get("XASO_KEY_GRACE_SECONDS", "60"))
XASO_VERSION = __version__
XASO_METRICS_TOKEN = _secret("XASO_METRICS_TOKEN", "metrics.key")
XASO_KEY_RING = os.environ.get("XASO_KEY_RING", str(HOME / "keys" / "data.json"))
XASO_HOME = HOME
XASO_BASE_URL = os.environ.get("XASO_BASE_URL", "http://127.0.0.1:8300").rstrip("/")
SHIPPED = "onestop,privacy,trace,broadcast,notices,alerts,assistant"
XASO_SERVICES = [s for s in os.environ.get("XASO_SERVICES", SHIPPED).split(",") if s]
# Whose pages these are when the visitor has chosen no commune, and the help line in the same place of each page.
# Other systems on our own network may be told of changes only when the operator says so.
XASO_WEBHOOKS_INSIDE = _flag("XASO_WEBHOOKS_INSIDE", False)
# Radio streams and news feeds may be read from our own network only when the operator says so.
XASO_STREAMS_INSIDE = _flag("XASO_STREAMS_INSIDE", False)
# Our own stream goes to an Icecast server (http://source:secret@host:8000) instead of our own segments; and the address
# under which the public reaches that server.
XASO_STREAM_ICECAST = os.environ.get("XASO_STREAM_ICECAST", "")
XASO_STREAM_PUBLIC = os.environ.get("XASO_STREAM_PUBLIC", "").rstrip("/")
# The MQTT broker of the loudspeakers: where we reach it, by which names devices do, the folder it shares with us.
XASO_BROKER_HOST = os.environ.get("XASO_BROKER_HOST", "127.0.0.1")
XASO_BROKER_PORT = _number("XASO_BROKER_PORT", 8883)
XASO_BROKER_PUBLIC = os.environ.get("XASO_BROKER_PUBLIC", "")
XASO_BROKER_NAMES = os.environ.get("XASO_BROKER_NAMES", "")
# Readings of rain and water gauges over MQTT: broker and topics, and the authority of a broker of one's own.
XASO_GAUGES_MQTT = os.environ.get("XASO_GAUGES_MQTT", "")
XASO_GAUGES_MQTT_CA = os.environ.get("XASO_GAUGES_MQTT_CA", "")
XASO_BROKER_HOME = os.environ.get("XASO_BROKER_HOME", str(HOME / "broker"))
XASO_HOME_UNIT = os.environ.get("XASO_HOME_UNIT", "")
# How long a process shows what it last read of announcements on public pages; 0 reads at each page.
XASO_BANNER_SECONDS = float(os.environ.get("XASO_BANNER_SECONDS", "3"))
# Notices of browsers may go to machines of our own network only when the operator says so (trials, tests).
XASO_PUSH_INSIDE = _flag("XASO_PUSH_INSIDE", False)
XASO_HELP_PHONE = os.environ.get("XASO_HELP_PHONE", "")
XASO_HELP_HOURS = os.environ.get("XASO_HELP_HOURS", "")
XASO_UNIT_ADDRESS = os.environ.get("XASO_UNIT_ADDRESS", "")
XASO_FILES = os.environ.get("XASO_FILES", str(HOME / "files"))
XASO_S3_URL = os.environ.get("XASO_S3_URL", "")
# local (this database alone), or nats://one:4222,two:4222,three:4222 for many machines.
XASO_BUS = os.environ.get("XASO_BUS", "local")
XASO_SIMULATORS = os.environ.get("XASO_SIMULATORS", "http://127.0.0.1:8301").rstrip("/")
try:
    XASO_OUTSIDE = read_addresses(os.environ, XASO_SIMULATORS, trial=DEMO or TESTING)
except AddressError as error:
    raise ImproperlyConfigured(str(error)) from None
XASO_VNEID_ISSUER = XASO_OUTSIDE["vneid"].url
# The tamper-evident log: where its keys lie, what holds a new key (file, or pkcs11:module=…;token=…;key=…;pin-file=…),
# and how often new events are sealed.
XASO_LOG_KEYS = os.environ.get("XASO_LOG_KEYS", str(HOME / "keys" / "log"))
XASO_LOG_KEY = os.environ.get("XASO_LOG_KEY", "file:")
XASO_LOG_SECONDS = float(os.environ.get("XASO_LOG_SECONDS", "20"))
# What one capture of traceability events may be (EPCIS): bytes and events.
XASO_EPCIS_MAX_BYTES = _number("XASO_EPCIS_MAX_BYTES", 20_000_000)
XASO_EPCIS_MAX_EVENTS = _number("XASO_EPCIS_MAX_EVENTS", 20_000)
# Where citizens file: "here", or "national" (only on the national portal, the law since 01/07/2025).
XASO_FILING = os.environ.get("XASO_FILING", "here")
if XASO_FILING not in {"here", "national"}:
    raise ImproperlyConfigured(
        "XASO_FILING phải là here (nộp tại đây) hoặc national (nộp trên Cổng quốc gia)."
    )

ALLOWED_HOSTS = os.environ.get("XASO_HOSTS", "127.0.0.1,localhost,testserver,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("XASO_ORIGINS", "").split(",") if o]
HTTPS = XASO_BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:  # names that browsers bind to this very host
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
# A session ends when it was not used for so long, and in any case after so many hours.
XASO_SESSION_IDLE_MINUTES = _number("XASO_SESSION_IDLE_MINUTES", 60)
XASO_SESSION_HOURS = _number("XASO_SESSION_HOURS", 12)
SESSION_COOKIE_AGE = XASO_SESSION_HOURS * 3600
# So many sessions of one account at once; one more ends the one that was not used for longest.
XASO_SESSIONS_MOST = _number("XASO_SESSIONS_MOST", 20)
# Who signs, pays out or takes data away has proven who they are within so many minutes.
XASO_PROOF_MINUTES = _number("XASO_PROOF_MINUTES", 15)
# More passwords known from breaches (made by `./xaso passwords`), beside those that come with the product.
XASO_BREACHED_PASSWORDS = os.environ.get("XASO_BREACHED_PASSWORDS", "")
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if _flag("XASO_BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "procrastinate.contrib.django",
    "xaso.kernel.base",
    "xaso.kernel.events",
    "xaso.kernel.tasks",
    "xaso.kernel.connectors",
    "xaso.kernel.units",
    "xaso.kernel.people",
    "xaso.kernel.places",
    "xaso.kernel.sealing",
    "xaso.kernel.documents",
    "xaso.kernel.messages",
    "xaso.kernel.speech",
    "xaso.kernel.cases",
    "xaso.kernel.indicators",
    "xaso.kernel.access",
    "xaso.kernel.ui",
    *[f"xaso.services.{key}" for key in XASO_SERVICES],
    "xaso.site.keeping.apps.KeepingConfig",
    "xaso.site.apps.SiteConfig",
    "xaso.kernel.service.KernelConfig",
]

MIDDLEWARE = [
    "xaso.site.middleware.RequestIdMiddleware",
    "xaso.site.operating.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "xaso.site.middleware.SecurityHeadersMiddleware",
    "xaso.site.middleware.BodyLimitMiddleware",
    "xaso.site.middleware.LightMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "xaso.kernel.people.sessions.ViewerMiddleware",
    "xaso.kernel.access.places.OpenSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "xaso.kernel.people.reaching.ReachMiddleware",
    "xaso.site.middleware.ErrorsMiddleware",
]

ROOT_URLCONF = "xaso.site.urls"
WSGI_APPLICATION = "xaso.site.wsgi.application"
AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
SILENCED_SYSTEM_CHECKS = ["auth.E003"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "xaso.kernel.ui.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "xaso.kernel.ui.forms.Renderer"

DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "xaso.kernel.ui.storage.HashedFiles"
    },
}
WHITENOISE_USE_FINDERS = TESTING or DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

EMAIL_HOST = os.environ.get("XASO_SMTP_HOST", "127.0.0.1")
EMAIL_PORT = int(os.environ.get("XASO_SMTP_PORT", "8325"))
EMAIL_HOST_USER = os.environ.get("XASO_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("XASO_SMTP_PASSWORD", "")
EMAIL_USE_TLS = _flag("XASO_SMTP_TLS", False)
DEFAULT_FROM_EMAIL = os.environ.get("XASO_MAIL_FROM", "khong-tra-loi@xaso.example")

# json: one object a line for a machine; text: for eyes.
XASO_LOG_FORMAT = os.environ.get("XASO_LOG_FORMAT", "text")
if XASO_LOG_FORMAT not in {"json", "text"}:
    raise ImproperlyConfigured("XASO_LOG_FORMAT phải là json (cho máy đọc) hoặc text (cho người đọc).")
# tls://host:6514: each line leaves for another machine too, always as JSON.
XASO_LOG_TO = os.environ.get("XASO_LOG_TO", "")
_FORWARD: dict[str, dict[str, object]] = {}
if XASO_LOG_TO:
    try:
        read_target(XASO_LOG_TO)
    except ValueError:
        raise ImproperlyConfigured("XASO_LOG_TO phải có dạng tls://máy:6514.") from None
    _FORWARD["forward"] = {
        "()": "xaso.site.operating.forward.Forward",
        "target": XASO_LOG_TO,
        "inner": XASO_INNER_TLS,
        "formatter": "json",
        "filters": ["request_id"],
    }
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "xaso.site.operating.logs.RequestIdFilter"}},
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s"},
        "json": {"()": "xaso.site.operating.logs.JsonLines"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": XASO_LOG_FORMAT,
            "filters": ["request_id"],
        },
        **_FORWARD,
    },
    "root": {"handlers": ["console", *_FORWARD], "level": os.environ.get("XASO_LOG_LEVEL", "WARNING")},
    "loggers": {"xaso": {"level": os.environ.get("XASO_LOG_LEVEL", "INFO")}},
}
