"""What a passkey is called until its owner names it."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _


class PasskeyNames(DefaultMFAAdapter):
    """allauth's adapter, with a name that says what the thing is: the first device, the second device."""

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002  # allauth's signature
        """The name that the form proposes. One query."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Device %(number)s") % {"number": number}
