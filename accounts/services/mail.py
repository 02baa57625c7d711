"""E-mail of a notification: three templates in the reader's language, and a Message-ID that a repetition shares."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template import Context, Engine, TemplateDoesNotExist
from django.utils import translation

from accounts.models import Notification

TIMEOUT_SECONDS = 10  # for the mail server; well under the lease of the outbox row
FOLDER = "emails"
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
    message = compose(notification)
    message.connection = get_connection(timeout=TIMEOUT_SECONDS)
    message.send()


def compose(notification: Notification) -> EmailMultiAlternatives:
    """The message of a notification, complete but not sent."""
    user = notification.user
    with translation.override(user.language):
        values = _values(notification)
        # One line: titles come from people, and a subject with a line break is refused.
        subject = " ".join(_render(notification.kind, "subject.txt", values).split())
        text = BLANK_LINES.sub("\n\n", _render(notification.kind, "txt", values))
        html = _render(notification.kind, "html", values | {"subject": subject})
    headers = {"Message-ID": message_id(notification.key), "Auto-Submitted": "auto-generated"}
    message = EmailMultiAlternatives(subject, text.strip() + "\n", to=[user.email], headers=headers)
    message.attach_alternative(html, "text/html")
    return message


def message_id(key: str) -> str:
    """The same for every repetition, so that the reader's mail program can see that it is one message."""
    host = urlsplit(settings.ENISHI_BASE_URL).hostname
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}.enishi@{host}>"


def _values(notification: Notification) -> dict[str, Any]:
    """What every template may use; the link leads to this installation only, whatever ``path`` says."""
    path = "/" + str(notification.context.get("path", "")).lstrip("/")
    user = notification.user
    link = urljoin(settings.ENISHI_BASE_URL + "/", path)
    return {**notification.context, "reader": user.name, "link": link, "language": user.language}


def _render(kind: str, suffix: str, values: dict[str, Any]) -> str:
    """One template; only HTML is escaped."""
    template = Engine.get_default().get_template(f"{FOLDER}/{kind}.{suffix}")
    return str(template.render(Context(values, autoescape=suffix == "html")))
