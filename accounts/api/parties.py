"""One's own parties: registering, changing what they say of themselves, pausing, members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django_filters import rest_framework as filters
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import party_forms as forms
from accounts.api.base import HouseView, once
from accounts.api.fields import EmptyForm
from accounts.api.party_answers import InvitationSerializer, PartySerializer
from accounts.api.schema import Operation
from accounts.enums import PartyKind
from accounts.models import User, Volunteer
from accounts.selectors.parties import parties_for
from accounts.services.members import invite_members, join_party, remove_member
from accounts.services.parties import create_party, pause_party, resume_party, update_party
from accounts.services.party_profile import (
    set_abilities,
    set_availability,
    set_qualifications,
    set_wishes,
)

Act = Callable[..., Any]


class PartyFilter(filters.FilterSet):
    kind = django_filters.ChoiceFilter(field_name="kind", choices=PartyKind.choices)
    is_active = django_filters.BooleanFilter(field_name="is_active")


class PartyView(HouseView):
    """What the views of parties share: those the person represents or has joined; all for administrators."""

    tag = "parties"
    queryset = Volunteer.objects.none()

    def rows(self) -> QuerySet[Volunteer]:
        return parties_for(self.actor)

    def shown(self, party: Volunteer) -> Response:
        """The party as it now is."""
        return self.reply(parties_for(self.actor).get(pk=party.pk))


class PartiesView(PartyView):
    """One's own parties; a new one."""

    operations: ClassVar = {
        "GET": Operation(id="list_my_parties", answer=PartySerializer, many=True),
        "POST": Operation(
            id="create_party",
            form=forms.PartyForm,
            answer=PartySerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        ),
    }
    filterset_class = PartyFilter

    def get(self, _request: Request) -> Response:
        return self.page()

    @once
    def post(self, _request: Request) -> Response:
        return self.shown(create_party(actor=self.actor, **self.values()))


class OnePartyView(PartyView):
    """One party; changing plain values of it."""

    operations: ClassVar = {
        "GET": Operation(id="get_party", answer=PartySerializer),
        "PATCH": Operation(id="update_party", form=forms.PartyUpdateForm, answer=PartySerializer),
    }

    def get(self, _request: Request, **_address: str) -> Response:
        return self.reply(self.found())

    def patch(self, _request: Request, **_address: str) -> Response:
        return self.shown(update_party(actor=self.actor, party=self.found(), **self.values()))


class ReplaceView(PartyView):
    """Replaces one of a party's lists as a whole."""

    act: ClassVar[Act]

    def put(self, _request: Request, **_address: str) -> Response:
        act = type(self).act
        return self.shown(act(actor=self.actor, party=self.found(), **self.values()))


class AbilitiesView(ReplaceView):
    """What a party can do."""

    act = staticmethod(set_abilities)
    operations: ClassVar = {
        "PUT": Operation(id="set_party_abilities", form=forms.AbilitiesForm, answer=PartySerializer)
    }


class WishesView(ReplaceView):
    """What a party looks for."""

    act = staticmethod(set_wishes)
    operations: ClassVar = {
        "PUT": Operation(id="set_party_wishes", form=forms.WishesForm, answer=PartySerializer)
    }


class HeldView(ReplaceView):
    """Which qualifications are held in a party."""

    act = staticmethod(set_qualifications)
    operations: ClassVar = {
        "PUT": Operation(id="set_party_qualifications", form=forms.HeldListForm, answer=PartySerializer)
    }


class TimesView(ReplaceView):
    """When a party can come."""

    act = staticmethod(set_availability)
    operations: ClassVar = {
        "PUT": Operation(id="set_party_availability", form=forms.TimesForm, answer=PartySerializer)
    }


class PauseView(PartyView):
    """Takes a party out of matching; promises made stand."""

    operations: ClassVar = {
        "POST": Operation(id="pause_party", form=EmptyForm, answer=PartySerializer, once=True)
    }

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        self.values()
        return self.shown(pause_party(actor=self.actor, party=self.found()))


class ResumeView(PartyView):
    """Lets a paused party take part in matching again."""

    operations: ClassVar = {
        "POST": Operation(id="resume_party", form=EmptyForm, answer=PartySerializer, once=True)
    }

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        self.values()
        return self.shown(resume_party(actor=self.actor, party=self.found()))


@method_decorator(never_cache, name="dispatch")
class InvitationsView(PartyView):
    """A code that lets others join. It is a secret, so no answer is stored: every request gives a new one."""

    operations: ClassVar = {
        "POST": Operation(
            id="invite_members",
            form=EmptyForm,
            answer=InvitationSerializer,
            status=status.HTTP_201_CREATED,
        )
    }

    def post(self, _request: Request, **_address: str) -> Response:
        self.values()
        return self.reply({"code": invite_members(actor=self.actor, party=self.found())})


class JoinView(PartyView):
    """Joining the party that a code invites to."""

    operations: ClassVar = {
        "POST": Operation(id="join_party", form=forms.JoinForm, answer=PartySerializer, once=True)
    }

    @once
    def post(self, _request: Request) -> Response:
        return self.shown(join_party(actor=self.actor, **self.values()).volunteer)


class MemberView(PartyView):
    """Leaving a party, or being taken out of it by its representative."""

    operations: ClassVar = {"DELETE": Operation(id="remove_member", status=status.HTTP_204_NO_CONTENT)}

    def delete(self, _request: Request, *, user_id: str, **_address: str) -> Response:
        party = self.found()
        member = User.objects.filter(public_id=user_id, memberships__volunteer=party).first()
        if member is None:
            raise Http404
        remove_member(actor=self.actor, party=party, user=member)
        return self.reply(None)
