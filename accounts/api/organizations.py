"""Intermediary organizations: everybody reads them, administrators keep them, their guides say when they are away."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import HouseView, once
from accounts.api.fields import DayField, NumberField, PublicIdField, StrictSerializer, TextField
from accounts.api.places import MunicipalitySerializer
from accounts.api.schema import Operation
from accounts.enums import LegalStatus
from accounts.errors import NotFound
from accounts.models import Guide, Organization
from accounts.policies import Actor, guides_visible_to
from accounts.selectors.organizations import guides_with_stand_ins, organizations_listed
from accounts.selectors.users import people_in_reach
from accounts.services import organizations as services

CODES_MAX = 2000  # more than there are municipalities


class GuideSerializer(serializers.Serializer[Any]):
    """A guide by the public id of the person."""

    id = serializers.CharField(source="user.public_id", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    role = serializers.CharField(read_only=True)


class CoverageSerializer(serializers.Serializer[Any]):
    """A whole prefecture, or one municipality of it."""

    prefecture_code = serializers.CharField(read_only=True)
    municipality = MunicipalitySerializer(read_only=True, allow_null=True)


class OrganizationSerializer(serializers.Serializer[Any]):
    """An intermediary organization, where it works and who guides there."""

    id = serializers.CharField(source="public_id", read_only=True)
    name = serializers.CharField(read_only=True)
    kind = serializers.CharField(read_only=True)
    legal_status = serializers.CharField(read_only=True)
    has_employment_basis = serializers.BooleanField(read_only=True)
    coverages = CoverageSerializer(many=True, read_only=True)
    guides = GuideSerializer(many=True, read_only=True)


class GuideDeskSerializer(GuideSerializer):
    """A guide as colleagues and administrators see one: how much, when away, who stands in and what that one must know."""

    weekly_capacity = serializers.IntegerField(read_only=True)
    absent_from = DayField(read_only=True, allow_null=True)
    absent_until = DayField(read_only=True, allow_null=True)
    stand_in = GuideSerializer(read_only=True, allow_null=True)
    handover = serializers.CharField(read_only=True)


def _codes(length: int) -> serializers.ListField:
    return serializers.ListField(child=TextField(max_length=length), max_length=CODES_MAX, default=list)


class CoverageForm(StrictSerializer):
    """Whole prefectures by two digits, single municipalities by six. What is not named is not covered."""

    prefectures = _codes(2)
    municipalities = _codes(6)


class OrganizationForm(CoverageForm):
    """A new organization with its coverage; a legal basis only where it may refer to employment."""

    name = TextField(max_length=120)
    legal_status = serializers.ChoiceField(choices=LegalStatus.choices)
    kind = TextField(max_length=80, required=False)
    employment_basis = TextField(max_length=200, required=False)


class BasisForm(StrictSerializer):
    """The legal basis on which an organization refers to employment; empty takes it back."""

    basis = TextField(max_length=200)


class AppointmentForm(StrictSerializer):
    """Who becomes a guide, by public id; of one who is, role and capacity change."""

    user = PublicIdField(scope=people_in_reach)
    role = TextField(max_length=200, required=False)
    weekly_capacity = NumberField(required=False)


def _known_guides(actor: Actor) -> QuerySet[Guide]:
    return guides_visible_to(actor).select_related("user")


class DeskForm(StrictSerializer):
    """From and until when a guide is away (both null: present), who stands in, and what that person must know."""

    absent_from = DayField(allow_null=True)
    absent_until = DayField(allow_null=True)
    stand_in = PublicIdField(scope=_known_guides, slug_field="user__public_id", allow_null=True, default=None)
    handover = TextField(max_length=4000, required=False)


class OrganizationView(HouseView):
    """What the views of organizations share."""

    tag = "organizations"
    permission_classes = [IsAuthenticatedOrReadOnly]
    queryset = Organization.objects.none()
    ordering = ("name",)
    ordering_fields = ("name",)

    def rows(self) -> QuerySet[Organization]:
        return organizations_listed()

    def show_again(self, organization: Organization) -> Response:
        """The organization as it now is."""
        return self.reply(self.rows().get(pk=organization.pk))


class OrganizationsView(OrganizationView):
    """Intermediary organizations (中間支援組織), by name; for administrators, a new one."""

    operations: ClassVar = {
        "GET": Operation(id="list_organizations", answer=OrganizationSerializer, many=True),
        "POST": Operation(
            id="create_organization",
            form=OrganizationForm,
            answer=OrganizationSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        ),
    }

    def get(self, _request: Request) -> Response:
        return self.page()

    @once
    def post(self, _request: Request) -> Response:
        return self.show_again(services.create_organization(actor=self.actor, **self.values()))


class OneOrganizationView(OrganizationView):
    """One intermediary organization."""

    operations: ClassVar = {"GET": Operation(id="get_organization", answer=OrganizationSerializer)}
    permission_classes = [AllowAny]

    def get(self, _request: Request, **_address: str) -> Response:
        return self.reply(self.found())


class CoverageView(OrganizationView):
    """For administrators: where an organization reviews; the list is replaced."""

    operations: ClassVar = {
        "PUT": Operation(id="set_coverage", form=CoverageForm, answer=OrganizationSerializer)
    }

    def put(self, _request: Request, **_address: str) -> Response:
        made = services.set_coverage(actor=self.actor, organization=self.found(), **self.values())
        return self.show_again(made)


class BasisView(OrganizationView):
    """For administrators: whether an organization may refer to employment, and by which law."""

    operations: ClassVar = {
        "PUT": Operation(id="record_employment_basis", form=BasisForm, answer=OrganizationSerializer)
    }

    def put(self, _request: Request, **_address: str) -> Response:
        made = services.record_employment_basis(actor=self.actor, organization=self.found(), **self.values())
        return self.show_again(made)


class DeskView(HouseView):
    """What the views of an organization's desks share: colleagues and administrators know them."""

    tag = "organizations"
    queryset = Guide.objects.none()
    ordering = ("id",)
    ordering_fields = ("id",)

    def rows(self) -> QuerySet[Guide]:
        return guides_with_stand_ins(self.actor).filter(organization=self.organization())

    def organization(self) -> Organization:
        """The organization of the address.

        Raises:
            NotFound("not_found")
        """
        found = Organization.objects.filter(public_id=self.kwargs["public_id"]).first()
        return found if found is not None else self.missing()

    def missing(self) -> NoReturn:
        """Answer that there is nothing here. Raises NotFound("not_found")."""
        raise NotFound("not_found", _("This does not exist, or is not for you to see."))


class GuidesView(DeskView):
    """The guides of an organization with their desks, for colleagues; for administrators, appointing one."""

    operations: ClassVar = {
        "GET": Operation(id="list_guides", answer=GuideDeskSerializer, many=True),
        "POST": Operation(
            id="appoint_guide",
            form=AppointmentForm,
            answer=GuideDeskSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        ),
    }

    def get(self, _request: Request, **_address: str) -> Response:
        return self.page()

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        made = services.appoint_guide(actor=self.actor, organization=self.organization(), **self.values())
        return self.reply(made)


class OneDeskView(DeskView):
    """What the views of one guide share."""

    def guide(self) -> Guide:
        """The guide of the address.

        Raises:
            NotFound("not_found")
        """
        return self.rows().filter(user__public_id=self.kwargs["user_id"]).first() or self.missing()


class GuideView(OneDeskView):
    """For administrators: ending that a person guides. The guide's live matches go to colleagues."""

    operations: ClassVar = {"DELETE": Operation(id="dismiss_guide", status=status.HTTP_204_NO_CONTENT)}

    def delete(self, _request: Request, **_address: str) -> Response:
        services.dismiss_guide(actor=self.actor, guide=self.guide())
        return self.reply(None)


class AbsenceView(OneDeskView):
    """When a guide is away, who stands in and what that person must know: by the guide or, for one who is ill, a colleague."""

    operations: ClassVar = {"PUT": Operation(id="set_absence", form=DeskForm, answer=GuideDeskSerializer)}

    def put(self, _request: Request, **_address: str) -> Response:
        return self.reply(services.set_absence(actor=self.actor, guide=self.guide(), **self.values()))
