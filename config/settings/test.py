"""Settings of the tests. tests/services.py starts the database and fills in its port; children get it by URL."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403  # a settings module is its base plus what differs
from config.settings.base import POSTGRES_OPTIONS, SQLITE_OPTIONS, database_settings, env
from config.settings.keys import development_key

SECRET_KEY = development_key(env)
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
]  # the tests' cast signs in a thousand times
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True  # no scan of all static files at the start of every client

ENISHI_SNAPSHOT_DIR = Path(
    env.text("ENISHI_SNAPSHOT_DIR") or f"{tempfile.gettempdir()}/enishi-snapshots-{os.getpid()}"
)
if env.text("ENISHI_TEST_STEP_SECONDS"):
    ENISHI_STEP_SECONDS = env.integer("ENISHI_TEST_STEP_SECONDS", default=0, minimum=1, maximum=50)
if env.text(
    "ENISHI_TEST_LARGE_FROM"
):  # workers of a test that packs a crowd of hundreds as if they were a nation
    ENISHI_LARGE_FROM = env.integer("ENISHI_TEST_LARGE_FROM", default=0, minimum=1, maximum=10**9)
    ENISHI_BLOCKS_PER_SHARD, ENISHI_PARTIES_PER_PART, ENISHI_NEEDS_PER_STEP = 1, 150, 1
ENISHI_TEST_DB = env.choice("ENISHI_TEST_DB", default="postgres", allowed=("postgres", "sqlite"))
_sqlite_file = Path(tempfile.gettempdir()) / f"enishi-test-{os.getpid()}.sqlite3"
if env.text("ENISHI_TEST_DATABASE_URL"):  # a process that a test started: it works on the test's own database
    DATABASES = {"default": database_settings("ENISHI_TEST_DATABASE_URL")}
elif ENISHI_TEST_DB == "sqlite":
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(_sqlite_file),
            "OPTIONS": SQLITE_OPTIONS,
            "TEST": {"NAME": str(_sqlite_file)},  # a file: threads and children must see one database
        }
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "enishi",
            "USER": "postgres",
            "HOST": "127.0.0.1",
            "OPTIONS": POSTGRES_OPTIONS,
            "PORT": "1",  # nothing listens here: filled in when the session's own server has started
        }
    }
