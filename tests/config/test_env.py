"""The strict reader: what it accepts, what it refuses, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.env import KNOWN, Reader, SettingsError


def test_reader_without_values_gives_defaults() -> None:
    env = Reader({})
    env.refuse_unknown()
    assert env.text("ENISHI_HOST", default="::1") == "::1"
    assert env.boolean("ENISHI_DEBUG") is False
    assert env.integer("ENISHI_PORT", default=8000, minimum=1, maximum=65535) == 8000
    assert env.names("ENISHI_ALLOWED_HOSTS", default=("a",)) == ["a"]


def test_reader_with_unknown_name_names_it_and_the_known() -> None:
    with pytest.raises(SettingsError) as refusal:
        Reader({"ENISHI_PROT": "8000"}).refuse_unknown()
    assert "ENISHI_PROT." in str(refusal.value)
    assert all(name in str(refusal.value) for name in KNOWN)


def test_reader_leaves_names_of_others_and_of_the_tests_alone() -> None:
    Reader({"PATH": "/bin", "ENISHI_TEST_ANYTHING": "1"}).refuse_unknown()


@pytest.mark.parametrize(("given", "meant"), [("True", True), ("yes", True), ("0", False), ("", False)])
def test_boolean_with_usual_words_is_read(given: str, meant: bool) -> None:
    assert Reader({"ENISHI_DEBUG": given}).boolean("ENISHI_DEBUG") is meant


def test_boolean_with_another_word_is_refused() -> None:
    with pytest.raises(SettingsError, match="ENISHI_DEBUG must be True or False, not 'ture'"):
        Reader({"ENISHI_DEBUG": "Ture"}).boolean("ENISHI_DEBUG")


@pytest.mark.parametrize("given", ["0", "65536", "-1", "8000x", "80.5", "８０"])
def test_integer_outside_its_range_is_refused(given: str) -> None:
    with pytest.raises(SettingsError, match="ENISHI_PORT must be a whole number from 1 to 65535"):
        Reader({"ENISHI_PORT": given}).integer("ENISHI_PORT", default=8000, minimum=1, maximum=65535)


def test_choice_outside_the_list_is_refused() -> None:
    with pytest.raises(SettingsError, match="must be one of INFO, ERROR, not 'LOUD'"):
        Reader({"ENISHI_LOG_LEVEL": "LOUD"}).choice(
            "ENISHI_LOG_LEVEL", default="INFO", allowed=("INFO", "ERROR")
        )


def test_names_are_split_and_trimmed() -> None:
    env = Reader({"ENISHI_ALLOWED_HOSTS": " a.example, b.example ,"})
    assert env.names("ENISHI_ALLOWED_HOSTS") == ["a.example", "b.example"]


def test_address_without_scheme_is_refused() -> None:
    with pytest.raises(SettingsError, match="must start with http:// or https://"):
        Reader({"ENISHI_BASE_URL": "enishi.example"}).address("ENISHI_BASE_URL", default="http://x")


def test_database_url_becomes_settings() -> None:
    read = Reader({"DATABASE_URL": "postgresql://u:p%40ss@db:5433/enishi"}).database(
        "DATABASE_URL", default=""
    )
    wanted = {"NAME": "enishi", "USER": "u", "PASSWORD": "p@ss", "HOST": "db", "PORT": 5433}
    assert {key: read[key] for key in wanted} == wanted
    assert read["ENGINE"] == "django.db.backends.postgresql"


def test_database_url_of_another_kind_is_refused() -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL must start with postgresql:// or sqlite:///"):
        Reader({"DATABASE_URL": "mysql://u@h/d"}).database("DATABASE_URL", default="")


def test_email_url_becomes_settings() -> None:
    read = Reader({"ENISHI_EMAIL_URL": "smtp+tls://u:p@mail.example:587"}).email("ENISHI_EMAIL_URL")
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"], read["EMAIL_USE_TLS"]) == ("mail.example", 587, True)


def test_email_url_of_another_kind_is_refused() -> None:
    with pytest.raises(SettingsError, match="ENISHI_EMAIL_URL must start with smtp"):
        Reader({"ENISHI_EMAIL_URL": "mail.example"}).email("ENISHI_EMAIL_URL")


def test_every_setting_is_explained_in_the_guide() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "running.md").read_text(encoding="utf-8")
    assert {name for name in KNOWN if f"`{name}`" not in guide} == set()


def test_every_known_setting_is_read_somewhere() -> None:
    config = Path(__file__).resolve().parents[2] / "config"
    sources = "".join(
        path.read_text(encoding="utf-8") for path in config.rglob("*.py") if path.name != "env.py"
    )
    assert {name for name in KNOWN if f'"{name}"' not in sources} == set()
