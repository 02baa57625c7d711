"""An installation for the public: everything by environment, nothing insecure by default."""

from __future__ import annotations

from config.env import SettingsError
from config.settings.base import *  # noqa: F403  # a settings module is its base plus what differs
from config.settings.base import ENISHI_BASE_URL, ENISHI_DEMO, STORAGES, env
from config.settings.keys import development_key, private_key

DEBUG = env.boolean("ENISHI_DEBUG")
SECRET_KEY = development_key(env) if DEBUG else private_key(env)
if env.boolean("ENISHI_DEMO") != ENISHI_DEMO:
    raise SettingsError(
        "ENISHI_DEMO=True works with DJANGO_SETTINGS_MODULE=config.settings.demo only: "
        "the one-click sign-in must never be open to the public."
    )
ALLOWED_HOSTS = env.names("ENISHI_ALLOWED_HOSTS")
if not ALLOWED_HOSTS and not DEBUG:
    raise SettingsError("ENISHI_ALLOWED_HOSTS is missing: name the hosts people use, such as enishi.example.")

_mail = env.email("ENISHI_EMAIL_URL")
if not _mail and not DEBUG:
    raise SettingsError("ENISHI_EMAIL_URL is missing: without a mail server nobody can get a sign-in code.")
if _mail:
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST = _mail["EMAIL_HOST"]
    EMAIL_PORT = _mail["EMAIL_PORT"]
    EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
SECURE_SSL_REDIRECT = ENISHI_BASE_URL.startswith("https://") and not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked by the supervisor and by containers over plain HTTP
SECURE_HSTS_SECONDS = 365 * 24 * 3600
if env.boolean("ENISHI_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if DEBUG:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains is the decision of who owns the domain, not ours
    "security.W021",  # the same for the preload list, which cannot be left quickly
]
