"""What is done before anything starts, in every mode: afterwards people can sign up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import AssetKind, Municipality, PostalCode, WorkKind
from config import stack

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def own_static_root(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"


def counts() -> list[int]:
    return [model.objects.count() for model in (Municipality, WorkKind, AssetKind)]


def test_prepare_loads_the_reference_data_once() -> None:
    said: list[str] = []
    stack.prepare(said.append)
    assert counts() == [1741, 64, 45]
    assert PostalCode.objects.filter(postal="8100001").exists()
    assert said[-1].startswith("Reference data: 1741 ")

    Municipality.objects.filter(pk="412015").update(name="変えた名前")
    stack.prepare(said.append)
    assert said[-1] == "Reference data: already up to date."
    assert Municipality.objects.get(pk="412015").name == "変えた名前"


def test_the_command_is_the_same_work(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("prepare")
    assert counts() == [1741, 64, 45]
    assert capsys.readouterr().out.count("Reference data:") == 1
