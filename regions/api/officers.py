"""Municipal officers: who posts and answers for the communities of a municipality, kept by administrators."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import HouseView, IsAdministrator, once
from accounts.api.fields import PublicIdField, StrictSerializer, TextField
from accounts.api.schema import Operation
from accounts.errors import NotFound
from accounts.models import Municipality
from accounts.selectors.users import people_in_reach
from regions.models import MunicipalStaff
from regions.services.offices import appoint_staff, dismiss_staff


class OfficerForm(StrictSerializer):
    """Who becomes an officer, by public id, and in which office of the municipality."""

    user = PublicIdField(scope=people_in_reach)
    office = TextField(max_length=120, required=False)


class OfficerSerializer(serializers.Serializer[Any]):
    """An officer by the public id of the person."""

    id = serializers.CharField(source="user.public_id", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    office = serializers.CharField(read_only=True)
    municipality = serializers.CharField(source="municipality_id", read_only=True)


class OfficerView(HouseView):
    """For administrators: ending that a person is an officer of a municipality."""

    tag = "regions"
    operations: ClassVar = {"DELETE": Operation(id="dismiss_officer", status=status.HTTP_204_NO_CONTENT)}
    permission_classes = [IsAdministrator]
    queryset = MunicipalStaff.objects.none()

    def officer(self) -> MunicipalStaff:
        """The officer of the address.

        Raises:
            NotFound("not_found")
        """
        rows = MunicipalStaff.objects.select_related("municipality", "user")
        found = rows.filter(municipality=self.kwargs["code"], user__public_id=self.kwargs["user_id"]).first()
        if found is None:
            raise NotFound("not_found", _("This does not exist, or is not for you to see."))
        return found

    def delete(self, _request: Request, **_address: str) -> Response:
        staff = self.officer()
        dismiss_staff(actor=self.actor, municipality=staff.municipality, user=staff.user)
        return self.reply(None)


class OfficersView(HouseView):
    """For administrators: the officers of a municipality, named by its six-digit code; appointing one."""

    tag = "regions"
    operations: ClassVar = {
        "GET": Operation(id="list_officers", answer=OfficerSerializer, many=True),
        "POST": Operation(
            id="appoint_officer",
            form=OfficerForm,
            answer=OfficerSerializer,
            status=status.HTTP_201_CREATED,
            once=True,
        ),
    }
    permission_classes = [IsAdministrator]
    queryset = MunicipalStaff.objects.none()
    ordering = ("id",)
    ordering_fields = ("id",)

    def rows(self) -> QuerySet[MunicipalStaff]:
        return MunicipalStaff.objects.filter(municipality=self.kwargs["code"]).select_related("user")

    def municipality(self) -> Municipality:
        """The municipality of the address.

        Raises:
            NotFound("not_found")
        """
        found = Municipality.objects.filter(pk=self.kwargs["code"]).first()
        if found is None:
            raise NotFound("not_found", _("This does not exist, or is not for you to see."))
        return found

    def get(self, _request: Request, **_address: str) -> Response:
        self.municipality()
        return self.page()

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        made = appoint_staff(actor=self.actor, municipality=self.municipality(), **self.values())
        return self.reply(made)
