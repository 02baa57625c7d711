"""«For you»: what fits, why, or the one condition that keeps most away; and asking for a need."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Availability, User, Volunteer
from accounts.services.inputs import WishInput
from accounts.services.party_profile import set_wishes
from matching.engine import ReasonCode
from matching.enums import Origin
from matching.models import Match
from matching.services.suggestions import suggestions_for
from matching.services.weights import ensure_weights
from regions.enums import NeedStage
from regions.models import Need, Region
from tests.builders import make_need, make_party
from tests.matching import saga as story

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def weights(db: None) -> None:
    ensure_weights()


def shown(client: Client, user: User):
    client.force_login(user)
    answer = client.get(reverse("for-you"))
    assert answer.status_code == 200
    return answer


def test_what_fits_is_shown_with_reasons_and_without_numbers(
    client: Client, mowing: Need, harada: User, riders: Volunteer
) -> None:
    answer = shown(client, harada)
    assert [row["item"].need for row in answer.context["fits"]] == [mowing]
    (row,) = answer.context["fits"]
    assert {reason["code"] for reason in row["fit"].reasons} <= {
        "work_fits",
        "wish_fits",
        "near",
        "first_person",
    }
    assert 1 <= len(row["fit"].reasons) <= 3
    assert row["fit"].caveat["code"] == "people_limited"
    assert str(row["fit"].score_micro) not in answer.content.decode()
    assert not Match.objects.exists()  # looking proposes nothing


def test_nothing_fits_names_the_one_condition_and_how_many(
    client: Client, saga: Region, hana: User, hana_party: Volunteer
) -> None:
    for _number in range(3):
        make_need(saga)
    Availability.objects.filter(volunteer=hana_party).update(
        weekdays=0b0000001
    )  # Mondays; the needs are on Sundays
    found = suggestions_for(hana_party, now=timezone.now())
    assert (found.fits, found.compared, found.keeps_away, found.would_bring) == (
        [],
        3,
        ReasonCode.NO_COMMON_DATE,
        3,
    )
    text = shown(client, hana).content.decode()
    assert "「行ける日」だけが理由で合わない困りごとが、3件あります。" in text


def test_what_fits_is_kept_until_the_party_says_something_else(
    client: Client, saga: Region, mowing: Need, hana: User, hana_party: Volunteer
) -> None:
    assert [row["item"].need for row in shown(client, hana).context["fits"]] == [mowing]
    another = make_need(saga, offers=list(mowing.offers.all()))
    assert [row["item"].need for row in shown(client, hana).context["fits"]] == [mowing]
    set_wishes(actor=hana, party=hana_party, wishes=[WishInput(code="trail_mtb", weight=2)])
    assert {row["item"].need for row in shown(client, hana).context["fits"]} == {mowing, another}


def test_need_that_closed_since_is_not_shown(client: Client, mowing: Need, hana: User) -> None:
    assert len(shown(client, hana).context["fits"]) == 1
    Need.objects.filter(pk=mowing.pk).update(stage=NeedStage.CLOSED)
    assert shown(client, hana).context["fits"] == []


def test_match_that_goes_on_is_not_suggested_again_but_waits_for_its_answer(
    client: Client, mowing: Need, hana: User, hana_party: Volunteer, mori: User
) -> None:
    assert [row["item"].need for row in shown(client, hana).context["fits"]] == [mowing]
    match = story.asked(story.propose(mowing, hana_party), guide=mori)
    answer = shown(client, hana)
    assert answer.context["fits"] == []
    assert [sight.match for sight in answer.context["waiting"]] == [match]


def test_proposal_no_guide_has_approved_is_not_told(
    client: Client, mowing: Need, hana: User, hana_party: Volunteer
) -> None:
    match = story.propose(mowing, hana_party)
    assert match.public_id not in shown(client, hana).content.decode()


def test_one_chooses_among_ones_parties(
    client: Client, mowing: Need, hana: User, hana_party: Volunteer, yuki_party: Volunteer
) -> None:
    second = make_party(hana, name="二つめ")
    client.force_login(hana)
    assert client.get(reverse("for-you")).context["party"] == hana_party
    assert client.get(f"{reverse('for-you')}?party={second.public_id}").context["party"] == second
    assert client.get(f"{reverse('for-you')}?party={yuki_party.public_id}").context["party"] == hana_party


def test_paused_party_is_told_so(client: Client, mowing: Need, hana: User, hana_party: Volunteer) -> None:
    Volunteer.objects.filter(pk=hana_party.pk).update(is_active=False)
    assert "引き合わせを休んでいる" in shown(client, hana).content.decode()


def test_application_is_the_participants_own_and_waits_for_a_guide(
    client: Client, mowing: Need, hana: User, hana_party: Volunteer
) -> None:
    client.force_login(hana)
    address = reverse("need-apply", args=[mowing.public_id])
    slot = mowing.slots.get()
    answer = client.post(address, {"volunteer": hana_party.pk, "slots": [slot.pk], "note": "はじめてです"})
    match = Match.objects.get()
    assert answer["Location"] == reverse("match-page", args=[match.public_id])
    assert (match.origin, match.volunteer, list(match.slots.all())) == (Origin.PARTY, hana_party, [slot])
    again = client.post(address, {"volunteer": hana_party.pk, "slots": [slot.pk]})
    assert again.status_code == 422
    assert Match.objects.count() == 1


def test_application_for_somebody_elses_party_or_date_is_refused(
    client: Client, mowing: Need, saga: Region, hana: User, yuki_party: Volunteer, hana_party: Volunteer
) -> None:
    client.force_login(hana)
    address = reverse("need-apply", args=[mowing.public_id])
    foreign = make_need(saga).slots.get()
    for wrong in (
        {"volunteer": yuki_party.pk, "slots": [mowing.slots.get().pk]},
        {"volunteer": hana_party.pk, "slots": [foreign.pk]},
    ):
        assert client.post(address, wrong).status_code == 422
    assert (
        client.post(
            address, {"volunteer": hana_party.pk, "slots": [mowing.slots.get().pk], "people": 2}
        ).status_code
        == 422
    )
    assert not Match.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_a_fixed_number_of_queries(
    client: Client, saga: Region, hana: User, hana_party: Volunteer, count: int, django_assert_num_queries
) -> None:
    for _number in range(count):
        make_need(saga)
    client.force_login(hana)
    with django_assert_num_queries(54):
        client.get(reverse("for-you"))
