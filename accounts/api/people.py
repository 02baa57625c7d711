"""Oneself: who I am here, my contact card, what I agreed to."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import HouseView, once
from accounts.api.fields import EmptyForm, StrictSerializer, TextField
from accounts.api.schema import Operation
from accounts.enums import ConsentKind, Language
from accounts.models import Consent, User
from accounts.policies import is_guide
from accounts.selectors.notifications import unread_count
from accounts.selectors.users import consents_of
from accounts.services import contact_cards
from accounts.services.consents import give_consent, withdraw_consent
from accounts.services.people import update_me


class MeSerializer(serializers.Serializer[Any]):
    """The signed-in person; the only place of the API that shows an e-mail address outside a disclosure."""

    id = serializers.CharField(source="public_id", read_only=True)
    email = serializers.EmailField(read_only=True)
    name = serializers.CharField(read_only=True)
    affiliation = serializers.CharField(read_only=True)
    language = serializers.CharField(read_only=True)
    is_guide = serializers.BooleanField(read_only=True)
    is_admin = serializers.BooleanField(source="is_superuser", read_only=True)
    unread = serializers.IntegerField(read_only=True)


class MeForm(StrictSerializer):
    """What one says of oneself; what is not named stays. The e-mail address is changed on the page."""

    name = TextField(max_length=80, required=False)
    affiliation = TextField(max_length=120, required=False)
    language = serializers.ChoiceField(choices=Language.choices, required=False)


class MeView(HouseView):
    """Who is signed in; changing one's own name, affiliation and language."""

    tag = "me"
    operations: ClassVar = {
        "GET": Operation(id="get_me", answer=MeSerializer),
        "PATCH": Operation(id="update_me", form=MeForm, answer=MeSerializer),
    }
    queryset = User.objects.none()

    def get(self, _request: Request) -> Response:
        return self.show(self.actor)

    def patch(self, _request: Request) -> Response:
        return self.show(update_me(actor=self.actor, **self.values()))

    def show(self, person: User) -> Response:
        """The person as the person may read it."""
        shown = {name: getattr(person, name) for name in ("public_id", "email", "name", "affiliation")}
        return self.reply(
            shown
            | {
                "language": person.language,
                "is_guide": is_guide(person),
                "is_superuser": person.is_superuser,
                "unread": unread_count(person),
            }
        )


class CardForm(StrictSerializer):
    """Lines of one's own contact card; lines that are not named stay."""

    full_name = TextField(max_length=80, required=False)
    phone = TextField(max_length=30, required=False)
    address = TextField(max_length=200, required=False)
    emergency_contact = TextField(max_length=200, required=False)


class CardSerializer(serializers.Serializer[Any]):
    """One's own contact card. Nobody else's is ever shown here."""

    full_name = serializers.CharField(read_only=True, default="")
    phone = serializers.CharField(read_only=True, default="")
    address = serializers.CharField(read_only=True, default="")
    emergency_contact = serializers.CharField(read_only=True, default="")


@method_decorator(never_cache, name="dispatch")
class CardView(HouseView):
    """One's own contact card: shown to the other side of a match only once both have agreed."""

    tag = "me"
    operations: ClassVar = {
        "GET": Operation(id="get_my_card", answer=CardSerializer),
        "PATCH": Operation(id="save_my_card", form=CardForm, answer=CardSerializer),
    }
    queryset = User.objects.none()

    def get(self, _request: Request) -> Response:
        return self.reply(contact_cards.own_contact_card(actor=self.actor) or {})

    def patch(self, _request: Request) -> Response:
        return self.reply(contact_cards.save_contact_card(actor=self.actor, **self.values()))


class ConsentForm(StrictSerializer):
    """A kind of consent and the version of the text that was read."""

    kind = serializers.ChoiceField(choices=ConsentKind.choices)
    text_version = TextField(max_length=20, allow_blank=False)
    purpose = TextField(max_length=200, required=False)


class ConsentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk", read_only=True)
    kind = serializers.CharField(read_only=True)
    text_version = serializers.CharField(read_only=True)
    purpose = serializers.CharField(read_only=True)
    given_at = serializers.DateTimeField(read_only=True)
    withdrawn_at = serializers.DateTimeField(read_only=True, allow_null=True)


class ConsentsView(HouseView):
    """What one agreed to, newest first, withdrawn ones included; agreeing to a text."""

    tag = "me"
    operations: ClassVar = {
        "GET": Operation(id="list_my_consents", answer=ConsentSerializer, many=True),
        "POST": Operation(
            id="give_consent",
            form=ConsentForm,
            answer=ConsentSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        ),
    }
    queryset = Consent.objects.none()
    ordering = ("-given_at",)
    ordering_fields = ("given_at",)

    def rows(self) -> QuerySet[Consent]:
        return consents_of(self.actor)

    def get(self, _request: Request) -> Response:
        return self.page()

    @once
    def post(self, _request: Request) -> Response:
        return self.reply(give_consent(actor=self.actor, **self.values()))


class WithdrawConsentView(HouseView):
    """Withdrawing one's own consent from now on; the record stays as proof."""

    tag = "me"
    operations: ClassVar = {
        "POST": Operation(id="withdraw_consent", form=EmptyForm, answer=ConsentSerializer, once=True)
    }
    queryset = Consent.objects.none()
    lookup_field = "pk"

    def rows(self) -> QuerySet[Consent]:
        return consents_of(self.actor)

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        self.values()
        return self.reply(withdraw_consent(actor=self.actor, consent=self.found()))
