"""The desk of a guide on the page: absence, stand-in, handover notes, how much a week; for the guide and colleagues."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Invalid, NotAllowed
from accounts.models import AuditEntry, Guide, User
from accounts.services.organizations import set_weekly_capacity
from tests.builders import SHINJUKU, make_guide, make_organization

pytestmark = pytest.mark.django_db
OWN = "own-desk"


def sent(client: Client, user: User, form: str, address: str = "", **answers: object):
    client.force_login(user)
    named = {f"{form}-{name}": value for name, value in answers.items()}
    return client.post(address or reverse(OWN), {"form": form} | named)


def of_colleague(user: User) -> str:
    return reverse("colleague-desk", args=[user.public_id])


def test_absence_is_kept_with_stand_in_and_notes_and_told_to_who_stands_in(
    client: Client, mori: User, sato: User
) -> None:
    today = timezone.localdate()
    until = today + timedelta(days=3)
    answer = sent(
        client, mori, "absence", absent_from=today.isoformat(), absent_until=until.isoformat(),
        stand_in=sato.guide.pk, handover="区長は夜なら出られます",
    )  # fmt: skip
    assert answer["Location"] == reverse(OWN)
    row = Guide.objects.get(user=mori)
    assert (row.absent_from, row.absent_until, row.stand_in, row.handover) == (
        today, until, sato.guide, "区長は夜なら出られます",
    )  # fmt: skip
    client.force_login(sato)
    text = client.get(reverse("board")).content.decode()
    assert "森の代わり" in text
    assert "区長は夜なら出られます" in text
    assert "区長は夜なら出られます" in client.get(reverse(OWN)).content.decode()
    client.force_login(mori)
    assert client.get(reverse(OWN)).context["absence"].initial["stand_in"] == sato.guide


def test_wrong_days_are_refused_beside_the_field_and_change_nothing(client: Client, mori: User) -> None:
    today = timezone.localdate()
    days = {"absent_from": today.isoformat(), "absent_until": (today - timedelta(days=1)).isoformat()}
    answer = sent(client, mori, "absence", **days)
    assert (answer.status_code, list(answer.context["absence"].errors)) == (422, ["absent_until"])
    assert Guide.objects.get(user=mori).absent_from is None


def test_only_colleagues_can_stand_in(client: Client, mori: User, sato: User) -> None:
    stranger = make_guide(make_organization(municipalities=[SHINJUKU]))
    answer = sent(client, mori, "absence", stand_in=stranger.pk)
    assert list(answer.context["absence"].errors) == ["stand_in"]
    assert list(answer.context["absence"].fields["stand_in"].queryset) == [sato.guide]


def test_number_a_week_is_changed_and_shown_on_the_board(client: Client, mori: User) -> None:
    sent(client, mori, "capacity", weekly_capacity=5)
    assert Guide.objects.get(user=mori).weekly_capacity == 5
    assert client.get(reverse("board")).context["load"].desk.weekly_capacity == 5
    answer = sent(client, mori, "capacity", weekly_capacity=0)
    assert (answer.status_code, list(answer.context["capacity"].errors)) == (422, ["weekly_capacity"])
    assert Guide.objects.get(user=mori).weekly_capacity == 5


def test_colleague_enters_it_for_one_who_is_ill(client: Client, mori: User, sato: User) -> None:
    sent(client, mori, "absence", of_colleague(sato), absent_from=timezone.localdate().isoformat())
    assert Guide.objects.get(user=sato).absent_from == timezone.localdate()
    assert AuditEntry.objects.filter(action="guide.set_absence", actor=mori).count() == 1


@pytest.mark.parametrize("who", ["hana", "ume", "kenji"])
def test_who_is_no_guide_finds_no_desk(
    client: Client, mori: User, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse(OWN)).status_code == 404
    assert client.get(of_colleague(mori)).status_code == 404


def test_desk_of_another_organization_is_not_there(client: Client, mori: User) -> None:
    stranger = make_guide(make_organization(municipalities=[SHINJUKU]))
    client.force_login(mori)
    assert client.get(of_colleague(stranger.user)).status_code == 404


def test_number_a_week_is_of_colleagues_and_administrators(
    mori: User, sato: User, admin: User, hana: User
) -> None:
    for actor in (mori, sato, admin):
        set_weekly_capacity(actor=actor, guide=mori.guide, weekly_capacity=3)
    assert AuditEntry.objects.filter(action="guide.set_weekly_capacity").count() == 3
    with pytest.raises(NotAllowed, match="not_your_organization"):
        set_weekly_capacity(actor=hana, guide=mori.guide, weekly_capacity=4)
    for wrong in (0, -1, 101):
        with pytest.raises(Invalid, match="number_wrong"):
            set_weekly_capacity(actor=mori, guide=mori.guide, weekly_capacity=wrong)
    assert Guide.objects.get(user=mori).weekly_capacity == 3


@pytest.mark.parametrize("count", [1, 3])
def test_desk_takes_a_fixed_number_of_queries(
    client: Client, organization, mori: User, count: int, django_assert_num_queries
) -> None:
    for _number in range(count):
        make_guide(organization, stand_in=mori.guide, absent_from=timezone.localdate())
    client.force_login(mori)
    with django_assert_num_queries(7):
        client.get(reverse(OWN))
