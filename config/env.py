"""The one strict reader of the environment: a name nobody knows or a value nobody can use stops the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environ import Env

PREFIX = "ENISHI_"
TEST_PREFIX = (
    "ENISHI_TEST_"  # read by tests/ only, so that a test session may say what it likes to its children
)
KNOWN = {
    "ENISHI_ALLOWED_HOSTS": "host names this installation answers to, separated by commas",
    "ENISHI_BASE_URL": "address people use, for links in e-mail, such as https://enishi.example",
    "ENISHI_BEHIND_PROXY": "True when a proxy ends TLS and sets X-Forwarded-Proto",
    "ENISHI_BROKER": "auto, or memory to run without any Redis (one process)",
    "ENISHI_DEBUG": "True shows errors in the browser; never in public",
    "ENISHI_DEMO": "True allows the one-click sign-in of the demo; never in public",
    "ENISHI_EMAIL_URL": "mail server, such as smtp+tls://user:password@host:587",
    "ENISHI_FROM_EMAIL": "sender of e-mail",
    "ENISHI_HOST": "address the web server listens on",
    "ENISHI_LOG_LEVEL": "DEBUG, INFO, WARNING or ERROR",
    "ENISHI_PORT": "port the web server listens on",
    "ENISHI_RUN_DIR": "folder for database, logs and sockets of the embedded stack",
    "ENISHI_SNAPSHOT_DIR": "folder for packed participants, which hosts may share; the run folder's if empty",
    "ENISHI_SECRET_KEY": "long random text that signs sessions",
    "ENISHI_TRAVEL_PROVIDER": "dotted path of a callable that makes the routing service for travel minutes",
    "ENISHI_WEB_THREADS": "threads of one web process",
    "ENISHI_WEB_WORKERS": "web processes",
    "ENISHI_WORKER_CONCURRENCY": "tasks one worker does at a time",
}
_TRUE = {"true", "1", "yes", "on"}
_FALSE = {"false", "0", "no", "off", ""}


class SettingsError(ImproperlyConfigured):
    """A setting that cannot be used, said in one sentence for the person who starts the program."""


class Reader:
    """Typed access to one environment; every getter names the variable and what it accepts when it refuses."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self._env = Env()
        self._env.ENVIRON = environ

    def refuse_unknown(self) -> None:
        """Stop at an ENISHI_ name that nothing reads: it is a typing error or a setting that is gone."""
        ours = {name for name in self.environ if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX)}
        unknown = sorted(ours - KNOWN.keys())
        if unknown:
            raise SettingsError(
                f"Unknown setting in the environment: {', '.join(unknown)}. Known are: {', '.join(sorted(KNOWN))}."
            )

    def text(self, name: str, *, default: str = "") -> str:
        return self.environ.get(name, default).strip()

    def boolean(self, name: str, *, default: bool = False) -> bool:
        value = self.environ.get(name, str(default)).strip().lower()
        if value not in _TRUE | _FALSE:
            raise SettingsError(f"{name} must be True or False, not {value!r}.")
        return value in _TRUE

    def integer(self, name: str, *, default: int, minimum: int, maximum: int) -> int:
        value = self.environ.get(name, "").strip() or str(default)
        if not value.isascii() or not value.isdigit() or not minimum <= int(value) <= maximum:
            raise SettingsError(f"{name} must be a whole number from {minimum} to {maximum}, not {value!r}.")
        return int(value)

    def choice(self, name: str, *, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name) or default
        if value not in allowed:
            raise SettingsError(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
        return value

    def names(self, name: str, *, default: tuple[str, ...] = ()) -> list[str]:
        given = [part.strip() for part in self.text(name).split(",") if part.strip()]
        return given or list(default)

    def address(self, name: str, *, default: str) -> str:
        value = (self.text(name) or default).rstrip("/")
        if not value.startswith(("http://", "https://")):
            raise SettingsError(f"{name} must start with http:// or https://, not {value!r}.")
        return value

    def database(self, name: str, *, default: str) -> dict[str, Any]:
        """One entry of DATABASES from a URL; SQLite and PostgreSQL are the two that are tested."""
        url = self.text(name) or default
        if not url.startswith(("sqlite:///", "postgres://", "postgresql://")):
            raise SettingsError(f"{name} must start with postgresql:// or sqlite:///.")
        return dict(self._env.db_url_config(url))

    def email(self, name: str) -> dict[str, Any]:
        """E-mail settings from a URL, empty when none is given."""
        url = self.text(name)
        if not url:
            return {}
        if not url.startswith(("smtp://", "smtps://", "smtp+tls://", "smtp+ssl://")):
            raise SettingsError(f"{name} must start with smtp://, smtp+tls:// or smtp+ssl://.")
        return dict(self._env.email_url_config(url))
