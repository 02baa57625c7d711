"""The contracts hold for the code, and each is seen to catch what it forbids."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("accounts", "regions", "matching", "config")
ROOMS = ("admin", "tasks", "services", "selectors", "policies", "locks", "models", "enums", "errors")
# Who may hold a contact card in hand: the person's own page and the one door for others.
CARD_HOLDERS = {
    "accounts/models/contacts.py",
    "accounts/models/__init__.py",
    "accounts/services/contact_cards.py",
    "matching/services/disclosure.py",
}
CARD_NAMES = {"ContactCard", "contact_card", "contactcard", "contactcard_set"}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Empty rooms in the shape of the real ones, under the real contracts."""
    shutil.copy(ROOT / ".importlinter", tmp_path)
    for app in APPS:
        (tmp_path / app).mkdir()
        for room in ROOMS:
            (tmp_path / app / f"{room}.py").write_text("")
        (tmp_path / app / "__init__.py").write_text("")
    (tmp_path / "matching" / "transitions.py").write_text("")
    for package, modules in {
        "accounts/admin": ("people",),
        "accounts/models": ("contacts",),
        "accounts/services": ("contact_cards",),
        "matching/services": ("disclosure", "invariants"),
        "matching/engine": ("score",),
        "matching/paper": ("press",),
    }.items():
        (tmp_path / package).with_suffix(".py").unlink(missing_ok=True)
        (tmp_path / package).mkdir()
        for module in ("__init__", *modules):
            (tmp_path / package / f"{module}.py").write_text("")
    return tmp_path


def test_contracts_hold() -> None:
    answer = lint(ROOT)
    assert answer.returncode == 0, answer.stdout


def test_contracts_hold_for_empty_rooms(house: Path) -> None:
    answer = lint(house)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("accounts/models/__init__", "import regions.enums", "The arrows between apps"),
        ("regions/services", "def late():\n    import matching.models", "The arrows between apps"),
        ("matching/tasks", "from config import errors", "The arrows between apps"),
        ("matching/models", "import matching.selectors", "Inside every app"),
        ("regions/selectors", "def late():\n    from regions import services", "Inside every app"),
        ("accounts/enums", "import accounts.errors\nimport accounts.models", "Inside every app"),
        ("matching/engine/score", "import django", "The matching engine"),
        ("matching/engine/score", "import matching.enums", "The matching engine"),
        ("matching/engine/score", "import accounts.errors", "The matching engine"),
        ("matching/paper/press", "import django", "The press"),
        ("matching/services/__init__", "from accounts.models import contacts", "Contact data"),
        ("accounts/selectors", "from accounts.models.contacts import ContactCard", "Contact data"),
        ("accounts/admin/people", "from accounts.models.contacts import ContactCard", "Contact data"),
        ("matching/services/invariants", "from accounts.models.contacts import ContactCard", "Contact data"),
    ],
)
def test_contract_catches_a_forbidden_import(house: Path, module: str, line: str, contract: str) -> None:
    (house / f"{module}.py").write_text(f"{line}\n")
    answer = lint(house)
    assert answer.returncode == 1
    assert any(row.startswith(contract) and row.endswith("BROKEN") for row in answer.stdout.splitlines()), (
        answer.stdout
    )


def test_contract_catches_a_room_without_a_place(house: Path) -> None:
    (house / "regions" / "helpers.py").write_text("")
    answer = lint(house)
    assert answer.returncode == 1
    assert "regions.helpers" in answer.stdout


def names_used(source: str) -> set[str]:
    """Every name, attribute, import and text constant of a module: a card can be reached by each of them."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                found.add(name)
            case ast.Constant(value=str() as text):
                found.update(text.split("__"))
    return found


def sources() -> list[Path]:
    return [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def test_contact_cards_are_in_no_other_hands() -> None:
    holders = {
        str(path.relative_to(ROOT))
        for path in sources()
        if names_used(path.read_text(encoding="utf-8")) & CARD_NAMES
    }
    assert holders <= CARD_HOLDERS


def test_no_template_reaches_for_a_card() -> None:
    templates = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    assert len(templates) > 50
    holders = [
        path.name
        for path in templates
        if any(name.lower() in path.read_text(encoding="utf-8").lower() for name in CARD_NAMES)
    ]
    assert holders == []


@pytest.mark.parametrize(
    "line",
    [
        "from accounts.models import ContactCard",
        "phone = user.contact_card.phone",
        "User.objects.values('contact_card__phone')",
        "apps.get_model('accounts', 'ContactCard')",
    ],
)
def test_a_card_in_hand_is_seen(line: str) -> None:
    assert names_used(line) & CARD_NAMES
