"""The texts that want translating, found without gettext's programs, and the Japanese catalogue held against them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "ja" / "LC_MESSAGES" / "django.po"
PACKAGES = ("accounts", "regions", "matching", "config")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
HEADER = "# The Japanese words of Enishi. Update with: manage.py translations --update"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")


def sources() -> list[Path]:
    """Files that may hold texts: the packages' Python without migrations, and the templates."""
    python = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    templates = [path for path in sorted((ROOT / "templates").rglob("*")) if path.suffix in {".html", ".txt"}]
    return [path for path in python if "migrations" not in path.parts] + templates


def found_messages() -> Catalog:
    """Every text of the sources, with the files it stands in."""
    catalogue = Catalog(locale="ja", domain="django", header_comment=HEADER, fuzzy=False)
    for path in sources():
        for line, text, _comments, context in _extracted(path):
            where = [(str(path.relative_to(ROOT)), line)]
            catalogue.add(text, locations=where, context=context, flags=_flags(text))
    return catalogue


def _extracted(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    text = path.read_text(encoding="utf-8")
    source = text if path.suffix == ".py" else templatize(text)
    yield from extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS)


def _flags(text: str | tuple[str, ...]) -> list[str]:
    whole = text if isinstance(text, str) else " ".join(text)
    return ["python-format"] if PLACEHOLDER.search(whole) else []


def read_catalogue() -> Catalog:
    """The Japanese catalogue as committed; empty where there is none yet."""
    if not CATALOGUE.exists():
        return Catalog(locale="ja", domain="django")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="ja", domain="django")


def problems() -> list[str]:
    """What is missing, doubtful, superfluous or has other placeholders than its original; empty when complete."""
    found, written = found_messages(), read_catalogue()
    wrong = [
        f"{message.id!r}: {verdict}"
        for message in found
        if message.id and (verdict := _verdict(message, written.get(_key(message), message.context)))
    ]
    known = {(_key(message), message.context) for message in found}
    extra = [message for message in written if message.id and (_key(message), message.context) not in known]
    return wrong + [f"{message.id!r}: stands in no source any more" for message in extra]


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _verdict(original: Message, translation: Message | None) -> str:
    if translation is None:
        return "not in the catalogue"
    if translation.fuzzy:
        return "marked fuzzy"
    texts = [translation.string] if isinstance(translation.string, str) else list(translation.string or [""])
    if not all(texts):
        return "not translated"
    wanted = _placeholders(original.id if isinstance(original.id, str) else original.id[-1])
    return (
        "" if all(_placeholders(text) == wanted for text in texts) else "other placeholders than the original"
    )


def _placeholders(text: str) -> set[str]:
    return {found.group(0) for found in PLACEHOLDER.finditer(text)}


def update_catalogue() -> int:
    """Write new texts into the catalogue untranslated and drop those no source has; the number still to translate."""
    found, written = found_messages(), read_catalogue()
    for message in found:
        earlier = written.get(_key(message), message.context) if message.id else None
        if earlier is not None and earlier.string:
            message.string = earlier.string
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, found, width=0, sort_output=True, omit_header=False, include_lineno=False)
    return sum(1 for message in found if message.id and _verdict(message, message))
