"""The doors for strangers, and tokens for programs.

Sign-up and the request of a code answer the same whether an address is known or not. Answers that carry a secret are
never stored for repetition: an Idempotency-Key is not honoured here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from knox.models import AuthToken
from rest_framework import exceptions, serializers, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import HouseView
from accounts.api.fields import NumberField, StrictSerializer, TextField
from accounts.api.schema import Operation
from accounts.api.throttles import KnockThrottle, MailDayThrottle, MailThrottle
from accounts.enums import Language
from accounts.models import User
from accounts.services.signin import confirm_sign_in_code, issue_token_by_code, send_sign_in_code
from accounts.services.signup import sign_up
from accounts.services.tokens import HOURS_DEFAULT, HOURS_MAX, issue_token, revoke_token

EMAIL_MAX = 254
FOR_STRANGERS = [KnockThrottle, MailThrottle, MailDayThrottle]


class MailUnavailable(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = _("No e-mail can be sent at the moment. Please try again in some minutes.")
    default_code = "mail_unavailable"


class NeutralSerializer(serializers.Serializer[Any]):
    """The same words for everybody."""

    message = serializers.CharField(read_only=True)


class SignUpForm(StrictSerializer):
    email = TextField(max_length=EMAIL_MAX, allow_blank=False)
    name = TextField(max_length=80)
    language = serializers.ChoiceField(choices=Language.choices, default=Language.JAPANESE)
    accepts_terms_version = TextField(max_length=20)


class CodeRequestForm(StrictSerializer):
    email = TextField(max_length=EMAIL_MAX, allow_blank=False)


class CodeForm(StrictSerializer):
    """The code of the e-mail; ``hours`` is how long the token shall be valid."""

    email = TextField(max_length=EMAIL_MAX, allow_blank=False)
    code = TextField(max_length=20, allow_blank=False)
    hours = NumberField(min_value=1, max_value=HOURS_MAX, default=HOURS_DEFAULT)


class TokenForm(StrictSerializer):
    hours = NumberField(min_value=1, max_value=HOURS_MAX, default=HOURS_DEFAULT)


class IssuedTokenSerializer(serializers.Serializer[Any]):
    """A new token. ``token`` is shown this once: send it as «Authorization: Token …»."""

    id = serializers.CharField(read_only=True)
    token = serializers.CharField(source="secret", read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)


class TokenSerializer(serializers.Serializer[Any]):
    """A token as it is remembered: not the secret."""

    id = serializers.CharField(source="token_key", read_only=True)
    created_at = serializers.DateTimeField(source="created", read_only=True)
    expires_at = serializers.DateTimeField(source="expiry", read_only=True)


class StrangerView(HouseView):
    """Open to everybody, watched by throttles. No sign-in is looked at, so that no cookie can be misused here."""

    tag = "sign-in"
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = FOR_STRANGERS
    queryset = User.objects.none()

    def mail_code(self, email: str, language: str) -> Response:
        """Send a code (or the message that there is no account) and answer neutrally."""
        try:
            send_sign_in_code(email=email, language=language)
        except OSError as error:
            raise MailUnavailable from error
        return self.reply({"message": _("Please look into your mailbox: we have sent you a message.")})


class SignUpView(StrangerView):
    """A new account, or a message to the owner of the one that exists. A sign-in code follows by e-mail."""

    operations: ClassVar = {
        "POST": Operation(
            id="sign_up", form=SignUpForm, answer=NeutralSerializer, status=status.HTTP_202_ACCEPTED
        )
    }

    def post(self, _request: Request) -> Response:
        values = self.values()
        sign_up(**values)
        return self.mail_code(values["email"], values["language"])


class CodeRequestView(StrangerView):
    """A sign-in code by e-mail, valid for ten minutes and five tries."""

    operations: ClassVar = {
        "POST": Operation(
            id="request_sign_in_code",
            form=CodeRequestForm,
            answer=NeutralSerializer,
            status=status.HTTP_202_ACCEPTED,
        )
    }

    def post(self, request: Request) -> Response:
        return self.mail_code(self.values()["email"], request.LANGUAGE_CODE)


@method_decorator(never_cache, name="dispatch")
class CodeView(StrangerView):
    """From the code to a token. Accounts that ask for a second factor make theirs on the page."""

    operations: ClassVar = {
        "POST": Operation(
            id="confirm_sign_in_code",
            form=CodeForm,
            answer=IssuedTokenSerializer,
            status=status.HTTP_201_CREATED,
        )
    }
    needs_second_factor: Callable[[User], bool] = staticmethod(lambda _user: True)

    def post(self, _request: Request) -> Response:
        values = self.values()
        user = confirm_sign_in_code(
            email=values["email"], code=values["code"], needs_second_factor=self.needs_second_factor
        )
        return self.reply(
            issue_token_by_code(
                user=user, hours=values["hours"], needs_second_factor=self.needs_second_factor
            )
        )


@method_decorator(never_cache, name="dispatch")
class TokensView(HouseView):
    """One's own tokens; a new one only from a signed-in session, so that no token can prolong itself."""

    tag = "sign-in"
    operations: ClassVar = {
        "GET": Operation(id="list_my_tokens", answer=TokenSerializer, many=True),
        "POST": Operation(
            id="issue_token",
            form=TokenForm,
            answer=IssuedTokenSerializer,
            status=status.HTTP_201_CREATED,
        ),
    }
    authentication_classes = [SessionAuthentication]
    queryset = AuthToken.objects.none()
    ordering = ("-created",)
    ordering_fields = ("created",)

    def rows(self) -> QuerySet[Any]:
        mine: QuerySet[Any] = AuthToken.objects.filter(user=self.actor)
        return mine

    def get(self, _request: Request) -> Response:
        return self.page()

    def post(self, _request: Request) -> Response:
        return self.reply(issue_token(actor=self.actor, **self.values()))


class TokenView(HouseView):
    """Revoking one's own token, also with that token itself."""

    tag = "sign-in"
    operations: ClassVar = {"DELETE": Operation(id="revoke_token", status=status.HTTP_204_NO_CONTENT)}
    queryset = AuthToken.objects.none()

    def delete(self, _request: Request, token_id: str) -> Response:
        revoke_token(actor=self.actor, token_id=token_id)
        return self.reply(None)
