"""The letter to a guardian: to an address without an account, with the link that is all one needs."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.services.mail import TIMEOUT_SECONDS, message_id
from matching.models import GuardianAsk
from matching.selectors.guardians import GuardianStatus, status_of
from matching.services.announce import message_context
from matching.services.deadlines import first_start
from matching.services.guardians import code_of

KIND = "guardian_asked"


def send_letter(*, ask_id: int) -> bool:
    """Hand the letter of a request to the mail server; whether there was anything to send. Not inside a transaction."""
    ask = GuardianAsk.objects.select_related("match__need__region__municipality", "match__volunteer", "minor").filter(pk=ask_id).first()  # fmt: skip
    if ask is None or not ask.email or status_of(ask) != GuardianStatus.ASKED:
        return False
    letter = _letter(ask)
    letter.connection = get_connection(timeout=TIMEOUT_SECONDS)
    letter.send()
    return True


def _letter(ask: GuardianAsk) -> EmailMultiAlternatives:
    """In the young person's language, the only one that is known of the family."""
    language = ask.minor.language
    with translation.override(language):
        link = f"{settings.ENISHI_BASE_URL}{reverse('guardian', args=[code_of(ask)])}"
        facts = message_context(ask.match, ask.minor, first=first_start(ask.match)) | {
            "due": "",
            "note": "",
            "people": "",
        }
        values = facts | {"minor": ask.minor.name, "link": link, "language": language}
        subject = " ".join(render_to_string(f"emails/{KIND}.subject.txt", values).split())
        text = render_to_string(f"emails/{KIND}.txt", values)
        html = render_to_string(f"emails/{KIND}.html", values | {"subject": subject})
    headers = {
        "Message-ID": message_id(f"guardian:{ask.public_id}:{ask.asked_at.isoformat()}"),
        "Auto-Submitted": "auto-generated",
    }
    letter = EmailMultiAlternatives(subject, text.strip() + "\n", to=[ask.email], headers=headers)
    letter.attach_alternative(html, "text/html")
    return letter
