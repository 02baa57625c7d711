"""Settings every installation shares. What differs is in demo.py, test.py and production.py beside this file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.broker import MEMORY_URL, cache_url, celery_url, transport_options
from config.env import Reader
from config.schedule import beat_schedule

env = Reader(os.environ)
env.refuse_unknown()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
ENISHI_RUN_DIR = Path(env.text("ENISHI_RUN_DIR") or BASE_DIR / "var").resolve()
ENISHI_SNAPSHOT_DIR = Path(env.text("ENISHI_SNAPSHOT_DIR") or ENISHI_RUN_DIR / "snapshots").resolve()
ENISHI_PORT = env.integer("ENISHI_PORT", default=8000, minimum=1, maximum=65535)
ENISHI_HOST = env.text("ENISHI_HOST") or "127.0.0.1"
ENISHI_BASE_URL = env.address("ENISHI_BASE_URL", default=f"http://127.0.0.1:{ENISHI_PORT}")
ENISHI_WEB_WORKERS = env.integer("ENISHI_WEB_WORKERS", default=1, minimum=1, maximum=64)
ENISHI_WEB_THREADS = env.integer("ENISHI_WEB_THREADS", default=4, minimum=1, maximum=64)
ENISHI_WORKER_CONCURRENCY = env.integer("ENISHI_WORKER_CONCURRENCY", default=2, minimum=1, maximum=64)
ENISHI_TRAVEL_PROVIDER = env.text("ENISHI_TRAVEL_PROVIDER")  # empty: the shipped estimate
ENISHI_DEMO = False  # the one-click sign-in; only config.settings.demo turns it on

DEBUG = False
ALLOWED_HOSTS = env.names("ENISHI_ALLOWED_HOSTS")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",  # allauth's list of passkeys says when each was last used
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "accounts",
    "regions",
    "matching",
    "config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "regions.web.second_factor.SecondFactorMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "config.pages.sample_notice",
            ],
            "builtins": ["accounts.web.tags", "regions.web.tags"],
        },
    }
]

# Database. IMMEDIATE makes every atomic() of SQLite a writer from its first statement: with the deferred default, two
# readers that both want to write fail at once whatever the time-out says. Hence no ATOMIC_REQUESTS, reads stay outside.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;",
}

# PostgreSQL compiles a statement of a thousand expressions for longer than it then runs: the board's union took 450 ms,
# of which 437 were compiling (EXPLAIN ANALYZE, 6,000 matches).
POSTGRES_OPTIONS = {"options": "-c jit=off"}


def database_settings(name: str = "DATABASE_URL") -> dict[str, Any]:
    """The database of this installation: PostgreSQL by URL, else one SQLite file in the run folder."""
    database = env.database(name, default=f"sqlite:///{ENISHI_RUN_DIR / 'enishi.sqlite3'}")
    if "sqlite" in database["ENGINE"]:
        return database | {"OPTIONS": SQLITE_OPTIONS}
    options = POSTGRES_OPTIONS | database.get("OPTIONS", {})
    return database | {"OPTIONS": options, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


DATABASES = {"default": database_settings()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Broker, worker and beat: see docs/running.md and config/broker.py. The broker is a doorbell, the outbox is the truth.
ENISHI_BROKER = env.choice("ENISHI_BROKER", default="auto", allowed=("auto", "memory"))
REDIS_URL = env.text("REDIS_URL")
CELERY_BROKER_URL = celery_url(REDIS_URL) if REDIS_URL else MEMORY_URL
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(CELERY_BROKER_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# No step of anything takes a minute: what does is stopped, given back and tried again, then given up with its reason.
ENISHI_STEP_SECONDS = 55
CELERY_TASK_TIME_LIMIT = (
    60  # seconds; ends the process. config/checks.py refuses a limit near the visibility time-out
)
CELERY_TASK_DEFAULT_QUEUE = "enishi"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"  # in memory: sweeps need no remembered last run
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SCHEDULE = beat_schedule()

CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": cache_url(REDIS_URL)}
    if cache_url(REDIS_URL)
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "config_cache"}
}

# Proxies of ours in front: a throttle counts the address that the last of them wrote down, without any the caller's own.
# Never what a caller claims. The pages (allauth) and the API (DRF) have a setting of their own for the same fact.
TRUSTED_PROXIES = int(env.boolean("ENISHI_BEHIND_PROXY"))
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# People. allauth signs in by a code sent by e-mail or by a passkey; nobody needs a password.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/start/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_FORMS = {"signup": "accounts.web.signup.SignUpForm"}
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = (
    600  # seconds; 180, the default, is short for someone who reads mail on another device
)
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Enishi"
ACCOUNT_ADAPTER = "matching.web.adapter.SignUpAdapter"
MFA_ADAPTER = "accounts.web.passkeys.PasskeyNames"

# Words and time.
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"

# Files served by the web process itself.
STATIC_URL = "/static/"
STATIC_ROOT = ENISHI_RUN_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Safety. Nothing inline, nothing from outside; data: is for the pictures inside the style sheets of admin and API page.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [ENISHI_BASE_URL]
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000  # bytes of one request body without files

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "regions.api.authentication.RoleTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.OrderingFilter",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.api_errors.handle",
    "NUM_PROXIES": TRUSTED_PROXIES,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Enishi API",
    "DESCRIPTION": "Every act of the main job, for every role, on the same services as the pages.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # Fields of one name in several places: each set of choices keeps the name of its own.
    "ENUM_NAME_OVERRIDES": {
        "AbilityLevelEnum": "accounts.enums.AbilityLevel",
        "QualificationLevelEnum": "accounts.enums.QualificationLevel",
        "PartyKindEnum": "accounts.enums.PartyKind",
        "ConsentKindEnum": "accounts.enums.ConsentKind",
        "SlotRuleKindEnum": "regions.enums.SlotRuleKind",
        "PermissionStatusEnum": "regions.enums.PermissionStatus",
        "WeekdayEnum": "regions.services.occurrences.WEEKDAYS",
    },
}

DEFAULT_FROM_EMAIL = env.text("ENISHI_FROM_EMAIL") or "Enishi <enishi@localhost>"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

LOG_LEVEL = env.choice("ENISHI_LOG_LEVEL", default="INFO", allowed=("DEBUG", "INFO", "WARNING", "ERROR"))
QUIET_LEVEL = "WARNING" if LOG_LEVEL == "INFO" else LOG_LEVEL
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "plain"}
    },
    "root": {"handlers": ["stdout"], "level": LOG_LEVEL},
    "loggers": {
        # Django's own set-up mails administrators and writes to stderr in DEBUG only; one stream is enough.
        "django": {"handlers": [], "propagate": True, "level": LOG_LEVEL},
        # A line for every sweep of every five seconds would bury the rest.
        "celery.app.trace": {"level": QUIET_LEVEL},
        "celery.beat": {"level": QUIET_LEVEL},
        "celery.worker.strategy": {"level": QUIET_LEVEL},
    },
}
