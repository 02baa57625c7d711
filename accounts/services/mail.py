"""E-mail of a notification: three templates in the reader's language, and a Message-ID that a repetition shares."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template import Context, Engine, TemplateDoesNotExist
from django.urls import reverse
from django.utils import translation

from accounts.models import Digest, Notification, User

TIMEOUT_SECONDS = 10  # for the mail server; well under the lease of the outbox row
FOLDER = "emails"
DIGEST_KIND = "daily_digest"
BLANK_LINES = re.compile(r"\n{3,}")  # left by facts that are not known


@cache
def has_templates(kind: str) -> bool:
    """Whether messages of this kind can be written."""
    engine = Engine.get_default()
    try:
        for suffix in ("subject.txt", "txt", "html"):
            engine.get_template(f"{FOLDER}/{kind}.{suffix}")
    except TemplateDoesNotExist:
        return False
    return True


def send_notification_mail(notification: Notification) -> None:
    """Hand one message to the mail server: text and HTML in the language of its reader.

    Talks to the network; not inside a transaction. Raises whatever the mail server answers.
    """
    _send(compose(notification))


def send_digest_mail(digest: Digest, notifications: Sequence[Notification]) -> None:
    """Hand the letter of a day to the mail server. As ``send_notification_mail``."""
    _send(compose_digest(digest, notifications))


def _send(message: EmailMultiAlternatives) -> None:
    message.connection = get_connection(timeout=TIMEOUT_SECONDS)
    message.send()


def compose(notification: Notification) -> EmailMultiAlternatives:
    """The message of a notification, complete but not sent."""
    user = notification.user
    with translation.override(user.language):
        return _letter(user, notification.kind, _values(user, notification.context), key=notification.key)


def compose_digest(digest: Digest, notifications: Sequence[Notification]) -> EmailMultiAlternatives:
    """The letter of a day, complete but not sent: a line and a link for each message, in the order they came."""
    user = digest.user
    with translation.override(user.language):
        lines = [_line(user, each) for each in notifications]
        values = _values(user, {"path": reverse("notice-settings")}) | {"lines": lines, "count": len(lines)}
        return _letter(user, DIGEST_KIND, values, key=f"digest:{user.public_id}:{digest.on:%Y%m%d}")


def _line(user: User, notification: Notification) -> dict[str, str]:
    values = _values(user, notification.context)
    return {"subject": _subject(notification.kind, values), "link": values["link"]}


def _subject(kind: str, values: dict[str, Any]) -> str:
    """One line: titles come from people, and a subject with a line break is refused."""
    return " ".join(_render(kind, "subject.txt", values).split())


def _letter(user: User, kind: str, values: dict[str, Any], *, key: str) -> EmailMultiAlternatives:
    subject = _subject(kind, values)
    text = BLANK_LINES.sub("\n\n", _render(kind, "txt", values))
    html = _render(kind, "html", values | {"subject": subject})
    headers = {"Message-ID": message_id(key), "Auto-Submitted": "auto-generated"}
    message = EmailMultiAlternatives(subject, text.strip() + "\n", to=[user.email], headers=headers)
    message.attach_alternative(html, "text/html")
    return message


def message_id(key: str) -> str:
    """The same for every repetition, so that the reader's mail program can see that it is one message."""
    host = urlsplit(settings.ENISHI_BASE_URL).hostname
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}.enishi@{host}>"


def _values(user: User, context: Mapping[str, Any]) -> dict[str, Any]:
    """What every template may use; the link leads to this installation only, whatever ``path`` says."""
    path = "/" + str(context.get("path", "")).lstrip("/")
    link = urljoin(settings.ENISHI_BASE_URL + "/", path)
    return {**context, "reader": user.name, "link": link, "language": user.language}


def _render(kind: str, suffix: str, values: dict[str, Any]) -> str:
    """One template; only HTML is escaped."""
    template = Engine.get_default().get_template(f"{FOLDER}/{kind}.{suffix}")
    return str(template.render(Context(values, autoescape=suffix == "html")))
