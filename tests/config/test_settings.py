"""Starts of the program as a person makes them: which settings stop it, with which sentence and exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings.keys import DEVELOPMENT_KEY

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent.parent
PRIVATE_KEY = "k" * 60
WHOLE = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "ENISHI_SECRET_KEY": PRIVATE_KEY,
    "ENISHI_ALLOWED_HOSTS": "enishi.example",
    "ENISHI_BASE_URL": "https://enishi.example",
    "ENISHI_EMAIL_URL": "smtp://mail.example:25",
}
SHOW = "from django.conf import settings; print({})"


def start(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """manage.py with nothing but these settings."""
    base = {"PATH": os.environ["PATH"], "ENISHI_RUN_DIR": "/nonexistent/never-written"}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=base | environ, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def shown(environ: dict[str, str], expression: str) -> str:
    """A settings value of such a start."""
    answer = start(environ, "shell", "--no-imports", "-v", "0", "-c", SHOW.format(expression))
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ENISHI_SECRET_KEY": ""}, "ENISHI_SECRET_KEY is missing."),
        ({"ENISHI_SECRET_KEY": DEVELOPMENT_KEY}, "ENISHI_SECRET_KEY is the development key"),
        ({"ENISHI_SECRET_KEY": "short"}, "ENISHI_SECRET_KEY is shorter than 50"),
        ({"ENISHI_ALLOWED_HOSTS": ""}, "ENISHI_ALLOWED_HOSTS is missing"),
        ({"ENISHI_EMAIL_URL": ""}, "ENISHI_EMAIL_URL is missing"),
        ({"ENISHI_DEMO": "True"}, "the one-click sign-in must never be open to the public"),
        ({"ENISHI_SECRTE_KEY": "x"}, "Unknown setting in the environment: ENISHI_SECRTE_KEY."),
        ({"ENISHI_PORT": "many"}, "ENISHI_PORT must be a whole number"),
        ({"ENISHI_BROKER": "none"}, "ENISHI_BROKER must be one of auto, memory"),
        ({"DATABASE_URL": "oracle://x"}, "DATABASE_URL must start with"),
    ],
)
def test_start_with_unusable_setting_ends_in_a_sentence(change: dict[str, str], sentence: str) -> None:
    answer = start(WHOLE | change, "check")
    assert answer.returncode == 1
    assert answer.stderr.startswith("Enishi does not start: ")
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr


def test_start_with_whole_production_settings_is_safe() -> None:
    safe = (
        "settings.DEBUG, settings.SESSION_COOKIE_SECURE, settings.SECURE_SSL_REDIRECT, settings.ENISHI_DEMO"
    )
    assert shown(WHOLE, safe) == "False True True False"


def test_proxy_is_trusted_by_pages_and_api_alike_and_only_when_it_is_there() -> None:
    read = "settings.ALLAUTH_TRUSTED_PROXY_COUNT, settings.REST_FRAMEWORK['NUM_PROXIES']"
    assert shown(WHOLE, read) == "0 0"
    assert shown(WHOLE | {"ENISHI_BEHIND_PROXY": "True"}, read) == "1 1"


def test_start_of_the_demo_needs_no_environment() -> None:
    demo = {"DJANGO_SETTINGS_MODULE": "config.settings.demo"}
    expected = "False True django.core.mail.backends.filebased.EmailBackend"
    assert shown(demo, "settings.DEBUG, settings.ENISHI_DEMO, settings.EMAIL_BACKEND") == expected


def test_start_on_sqlite_writes_immediately_and_waits() -> None:
    read = "settings.DATABASES['default']['OPTIONS']['transaction_mode'], settings.DATABASES['default']['OPTIONS']['timeout']"
    assert shown({"DJANGO_SETTINGS_MODULE": "config.settings.demo"}, read) == "IMMEDIATE 20"


def test_cache_is_redis_over_tcp_else_the_database() -> None:
    read = "settings.CACHES['default']['BACKEND'].rsplit('.')[-1], settings.CELERY_BROKER_URL"
    demo = {"DJANGO_SETTINGS_MODULE": "config.settings.demo"}
    assert shown(demo, read) == "DatabaseCache memory://"
    assert shown(demo | {"REDIS_URL": "redis://h:6379/0"}, read) == "RedisCache redis://h:6379/0"
    assert shown(demo | {"REDIS_URL": "unix:///r.sock"}, read) == "DatabaseCache redis+socket:///r.sock"


def test_content_security_policy_allows_nothing_inline_and_nothing_from_outside(client) -> None:
    policy = client.get("/api/docs/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert not {"unsafe", "http:", "https:", "*"} & set(policy.replace("'", " ").replace("-", " ").split())
    assert "//" not in policy


def test_reading_page_of_the_api_has_nothing_inline(client, db) -> None:
    page = client.get("/api/docs/").content.decode()
    assert "<style" not in page
    assert "style=" not in page
    assert page.count("<script") == page.count("<script src=") == 3
    assert "//" not in page.replace("<!DOCTYPE", "").split("<head>")[1]
