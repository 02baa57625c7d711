"""The demo and a developer's own machine: no secrets, e-mail to files, one-click sign-in for the personas."""

from __future__ import annotations

from config.settings.base import *  # noqa: F403  # a settings module is its base plus what differs
from config.settings.base import ENISHI_RUN_DIR, env
from config.settings.keys import development_key

DEBUG = env.boolean("ENISHI_DEBUG")
ENISHI_DEMO = env.boolean("ENISHI_DEMO", default=True)
SECRET_KEY = development_key(env)
ALLOWED_HOSTS = env.names("ENISHI_ALLOWED_HOSTS", default=("localhost", "127.0.0.1", "[::1]"))

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = ENISHI_RUN_DIR / "mail"

# Plain HTTP on the own machine.
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
WHITENOISE_USE_FINDERS = True  # no collectstatic step before the first start
