"""The demo's mailbox: the e-mails it wrote to files, to be read in the browser or by a program. Demo settings only."""

from __future__ import annotations

import email
import email.policy
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

SHOWN = 50
SEPARATOR = b"-" * 79 + b"\n"


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail as its reader sees it."""

    to: str
    subject: str
    text: str
    message_id: str


def letters(folder: Path, *, to: str = "") -> list[Letter]:
    """The newest letters of a folder of Django's file-based backend, newest first, to one address if given."""
    files = (
        sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
        if folder.is_dir()
        else []
    )
    found: list[Letter] = []
    for file in files:
        parts = [part for part in file.read_bytes().split(SEPARATOR) if part.strip()]
        found += [letter for letter in map(_read, reversed(parts)) if to in {"", letter.to}]
        if len(found) >= SHOWN:
            break
    return found[:SHOWN]


def _read(raw: bytes) -> Letter:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(preferencelist=("plain",))
    text = body.get_content() if body is not None else ""
    return Letter(str(message["To"]), str(message["Subject"]), str(text), str(message["Message-ID"]))


@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest letters; ``?to=`` one address, ``?format=json`` for programs."""
    found = letters(Path(settings.ENISHI_RUN_DIR) / "mail", to=request.GET.get("to", ""))
    if request.GET.get("format") == "json":
        return JsonResponse({"letters": [asdict(letter) for letter in found]})
    return render(request, "demo/mailbox.html", {"letters": found})
