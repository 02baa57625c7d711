"""The installation's own routing service: named by a setting, in web and worker alike; a wrong name stops the start."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts import geo
from accounts.geo.estimate import ShippedModel
from tests.builders import FUKUOKA, SAGA
from tests.support.routing import Straight
from tests.support.ways import travel_minutes

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
HERE = "tests.support.routing"
ASK = f"from accounts import geo; print(geo.minutes_matrix(['{SAGA}'], ['{FUKUOKA}'])[0, 0, 0])"


@pytest.fixture(autouse=True)
def shipped_again() -> Iterator[None]:
    yield
    geo.install(ShippedModel())


def test_a_named_service_answers_and_no_name_is_the_shipped_model() -> None:
    assert isinstance(geo.install_named(f"{HERE}.Straight"), Straight)
    assert travel_minutes(FUKUOKA, SAGA, "car") == 30
    assert isinstance(geo.install_named(""), ShippedModel)
    assert travel_minutes(FUKUOKA, SAGA, "car") == 66


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("nowhere.Service", "there is no nowhere.Service"),
        (f"{HERE}.Missing", "there is no"),
        ("Straight", "there is no Straight"),
        (f"{HERE}.NOT_CALLABLE", "cannot be called"),
        (f"{HERE}.broken", "no key"),
        (f"{HERE}.Half", "has no drive_to_points"),
    ],
)
def test_a_service_that_cannot_be_used_is_refused_and_the_model_stays(path: str, why: str) -> None:
    with pytest.raises(geo.ProviderError, match=why):
        geo.install_named(path)
    assert travel_minutes(FUKUOKA, SAGA, "car") == 66


def shell(command: list[str], provider: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {
        "ENISHI_TRAVEL_PROVIDER": provider,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
    }
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "command",
    [
        ["-c", f"import config.wsgi; {ASK}"],
        ["-c", f"from config.celery import app; app.loader.import_default_modules(); {ASK}"],
        ["manage.py", "shell", "--no-imports", "-c", ASK],
    ],
    ids=["web", "worker", "command"],
)
def test_every_program_asks_the_named_service(command: list[str]) -> None:
    answer = shell(command, f"{HERE}.Straight")
    assert answer.stdout.strip() == "30", answer.stderr


def test_a_wrong_name_stops_the_start_with_a_sentence() -> None:
    answer = shell(["manage.py", "check"], "our_routing.Servce")
    assert answer.returncode == 1
    assert answer.stderr.startswith(
        "Enishi does not start: ENISHI_TRAVEL_PROVIDER cannot be used: there is no our_"
    )
    assert "Traceback" not in answer.stderr
