"""The key that signs sessions: private in public, a known one for demo and tests only."""

from __future__ import annotations

from config.env import Reader, SettingsError

DEVELOPMENT_KEY = "development-key-known-to-everybody-never-use-it-in-public-0123456789"
MINIMUM_LENGTH = 50


def development_key(env: Reader) -> str:
    """The key of the environment, else the one everybody knows. For demo, tests and DEBUG."""
    return env.text("ENISHI_SECRET_KEY") or DEVELOPMENT_KEY


def private_key(env: Reader) -> str:
    """The key of the environment; a missing, known or short one stops the start."""
    key = env.text("ENISHI_SECRET_KEY")
    advice = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    if not key:
        raise SettingsError(f"ENISHI_SECRET_KEY is missing. {advice}")
    if key == DEVELOPMENT_KEY:
        raise SettingsError(f"ENISHI_SECRET_KEY is the development key, which everybody knows. {advice}")
    if len(key) < MINIMUM_LENGTH:
        raise SettingsError(f"ENISHI_SECRET_KEY is shorter than {MINIMUM_LENGTH} characters. {advice}")
    return key
