"""«For you»: what fits, why, or the one condition that keeps most away; and asking for a need."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Availability, ContactCard, Outbox, PostalCode, User, Volunteer
from matching.enums import EndReason, Origin, Side
from matching.models import Block, Look, Match, MatchRun
from matching.services.endings import decline_match
from matching.services.weights import ensure_weights
from regions.enums import NeedStage
from regions.models import Need, Region
from tests.builders import agree_to_terms, make_need, make_offer, make_party, make_user
from tests.matching import saga as story
from tests.matching.running import looked_at
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def weights(db: None) -> None:
    ensure_weights()


@pytest.fixture
def ready(hana: User) -> None:
    """Hana has applied before: her contact card is whole."""
    ContactCard.objects.filter(user=hana).update(emergency_contact="母 090-0000-0099")


def shown(client: Client, user: User):
    for party in user.represented_parties.filter(is_active=True):
        looked_at(party)
    return page(client, user)


def page(client: Client, user: User):
    client.force_login(user)
    answer = client.get(reverse("for-you"))
    assert answer.status_code == 200
    return answer


def test_what_fits_is_shown_with_reasons_and_without_numbers(
    client: Client, mowing: Need, harada: User, riders: Volunteer
) -> None:
    answer = shown(client, harada)
    assert [row.item.need for row in answer.context["fits"]] == [mowing]
    (row,) = answer.context["fits"]
    assert {reason["code"] for reason in row.reasons} <= {
        "work_fits",
        "wish_fits",
        "near",
        "first_person",
    }
    assert 1 <= len(row.reasons) <= 3
    assert row.caveat["code"] == "people_limited"
    score = Look.objects.get().suggestions.get().score_micro
    assert str(score) not in answer.content.decode()
    assert not Match.objects.exists()  # looking proposes nothing


def test_nothing_fits_names_the_one_condition_and_how_many(
    client: Client, saga: Region, hana: User, hana_party: Volunteer
) -> None:
    for _number in range(3):
        make_need(saga)
    Availability.objects.filter(volunteer=hana_party).update(
        weekdays=0b0000001
    )  # Mondays; the needs are on Sundays
    text = shown(client, hana).content.decode()
    assert "「行ける日」だけが理由で合わない困りごとが、3件あります。" in text
    assert reverse("party-task", args=[hana_party.public_id, "days"]) in text


def test_match_that_goes_on_is_not_suggested_again_but_waits_for_its_answer(
    client: Client, mowing: Need, hana: User, hana_party: Volunteer, mori: User
) -> None:
    assert [row.item.need for row in shown(client, hana).context["fits"]] == [mowing]
    match = story.asked(story.propose(mowing, hana_party), guide=mori)
    answer = page(client, hana)  # what was kept before is shown without it
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
    client: Client, mowing: Need, hana: User, hana_party: Volunteer, ready: None
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
    client: Client,
    mowing: Need,
    saga: Region,
    hana: User,
    yuki_party: Volunteer,
    hana_party: Volunteer,
    ready: None,
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


def test_first_application_asks_for_the_contact_card_and_loses_nothing(
    client: Client, mowing: Need, hana: User, hana_party: Volunteer
) -> None:
    second = make_party(hana, name="二つめ")
    ContactCard.objects.filter(user=hana).update(phone="")
    client.force_login(hana)
    address = reverse("need-apply", args=[mowing.public_id])
    answers = {
        "volunteer": second.pk,
        "slots": [mowing.slots.get().pk],
        "people": "1",
        "note": "はじめてです",
    }
    assert client.post(address, answers)["Location"] == reverse("me-contact")
    text = client.get(reverse("me-contact")).content.decode()
    assert "あと2つ" in text
    assert not Match.objects.exists()

    lines = {"full_name": "花 本名", "phone": "090-1"}
    assert client.post(reverse("me-contact"), lines)["Location"] == reverse(
        "me-contact"
    )  # one is still missing
    assert client.post(reverse("me-contact"), lines | {"emergency_contact": "母"})["Location"] == address
    form = client.get(address).context["form"]
    kept = {name: form[name].value() for name in answers}
    assert kept == {
        "volunteer": str(second.pk),
        "slots": [str(mowing.slots.get().pk)],
        "people": "1",
        "note": "はじめてです",
    }
    assert client.post(address, answers).status_code == 302
    assert (Match.objects.get().volunteer, Match.objects.get().people) == (second, 1)
    assert client.get(address).context["form"]["note"].value() is None  # sent is not kept


def test_wrong_answers_are_told_before_the_card_is_asked_for(
    client: Client, mowing: Need, hana: User, hana_party: Volunteer
) -> None:
    client.force_login(hana)
    answer = client.post(reverse("need-apply", args=[mowing.public_id]), {"volunteer": hana_party.pk})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["slots"])


def test_who_has_no_account_comes_back_to_the_need(
    client: Client, mowing: Need, hana: User, hana_party: Volunteer
) -> None:
    address = reverse("need-apply", args=[mowing.public_id])
    assert client.get(address)["Location"].startswith("/accounts/login/")
    newcomer = agree_to_terms(make_user("新"))
    client.force_login(newcomer)
    assert client.get("/start/")["Location"] == address
    assert client.get(address)["Location"] == reverse("join-begin")
    session = client.session
    session["join"] = {
        "do": [], "wish": [], "postal": "8100001", "home": hana_party.home_id, "go": "car",
        "days": "any", "far": "120", "who": "individual",
    }  # fmt: skip
    session.save()
    PostalCode.objects.get_or_create(postal="8100001", municipality=hana_party.home)
    assert client.get("/start/")["Location"] == reverse("join-check")
    assert client.post(reverse("join-check"))["Location"] == address
    assert client.get(address).status_code == 200
    client.logout()
    client.force_login(hana)
    assert client.get("/start/")["Location"] == "/for-you/"


def test_party_that_was_looked_at_is_the_one_that_applies(
    client: Client, mowing: Need, hana: User, hana_party: Volunteer, yuki_party: Volunteer
) -> None:
    second = make_party(hana, name="二つめ")
    client.force_login(hana)
    for party, chosen in ((second, second), (yuki_party, hana_party)):
        answer = client.get(f"{reverse('need-apply', args=[mowing.public_id])}?party={party.public_id}")
        assert answer.context["form"]["volunteer"].value() == chosen.pk


def test_party_nobody_has_looked_at_is_told_that_we_are_looking(
    client: Client, mowing: Need, hana: User, hana_party: Volunteer
) -> None:
    for _twice in range(2):
        answer = page(client, hana)
        assert "さがしています" in answer.content.decode()
        assert answer.context["fits"] == []
    owed = Outbox.objects.filter(topic="matching.rescore", payload={"party": hana_party.pk})
    assert owed.count() == 1
    drain_outbox()
    assert MatchRun.objects.get().scope == f"party:{hana_party.public_id}"
    text = page(client, hana).content.decode()
    assert "にさがしました" in text
    assert "あなたに合う困りごとをさがしています" not in text


def test_look_of_before_the_night_is_shown_and_owed_anew_once(
    client: Client, mowing: Need, hana: User, hana_party: Volunteer
) -> None:
    looked_at(hana_party)
    page(client, hana)
    assert not Outbox.objects.filter(topic="matching.rescore").exists()
    Look.objects.update(looked_at=timezone.now() - timedelta(days=2))
    for _twice in range(2):
        assert [row.item.need for row in page(client, hana).context["fits"]] == [mowing]
    assert Outbox.objects.filter(topic="matching.rescore").count() == 1


def test_what_was_closed_blocked_or_refused_since_is_not_shown(
    client: Client, saga: Region, hana: User, hana_party: Volunteer, mori: User
) -> None:
    closed, refused = make_need(saga), make_need(saga)
    assert {row.item.need for row in shown(client, hana).context["fits"]} == {closed, refused}
    Need.objects.filter(pk=closed.pk).update(stage=NeedStage.CLOSED)
    assert [row.item.need for row in page(client, hana).context["fits"]] == [refused]
    match = story.asked(story.propose(refused, hana_party), guide=mori)
    decline_match(match_id=match.pk, actor=hana, reason=EndReason.DATES)
    assert page(client, hana).context["fits"] == []
    other = make_need(saga)
    assert [row.item.need for row in shown(client, hana).context["fits"]] == [other]
    Block.objects.create(volunteer=hana_party, region=saga, side=Side.PARTY, made_by=hana)
    assert page(client, hana).context["fits"] == []


@pytest.mark.parametrize(("waits", "queries"), [(False, 13), (True, 15)])
@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_a_fixed_number_of_queries(
    client: Client,
    saga: Region,
    hana: User,
    hana_party: Volunteer,
    mori: User,
    count: int,
    waits: bool,
    queries: int,
    django_assert_num_queries,
) -> None:
    Volunteer.objects.update(live_limit=10)
    for number in range(count):
        make_need(saga, offers=[make_offer(saga)])
        asked = make_need(saga)
        later = timedelta(weeks=number + 1)
        asked.slots.update(start_at=F("start_at") + later, end_at=F("end_at") + later)
        if waits:
            story.asked(story.propose(asked, hana_party), guide=mori)
    looked_at(hana_party)
    client.force_login(hana)
    with django_assert_num_queries(queries):
        answer = client.get(reverse("for-you"))
    assert len(answer.context["waiting"]) == (count if waits else 0)
    assert len(answer.context["fits"]) >= count


def test_application_takes_the_place_of_a_proposal_one_has_not_been_told_of(
    client: Client, mowing: Need, hana: User, hana_party: Volunteer, mori: User, ready: None
) -> None:
    hidden = story.propose(mowing, hana_party)
    client.force_login(hana)
    answers = {"volunteer": hana_party.pk, "slots": [mowing.slots.get().pk]}
    answer = client.post(reverse("need-apply", args=[mowing.public_id]), answers)
    match = Match.objects.get(redated_from=hidden)
    assert answer["Location"] == reverse("match-page", args=[match.public_id])
    assert (match.origin, match.guide) == (Origin.PARTY, hidden.guide)
    hidden.refresh_from_db()
    assert (hidden.state, hidden.end_reason) == ("withdrawn", "redated")
    assert client.post(reverse("need-apply", args=[mowing.public_id]), answers).status_code == 422
    assert Match.objects.count() == 2


def test_what_fits_and_is_with_a_guide_does_not_read_as_nothing_fits(
    client: Client, mowing: Need, hana: User, hana_party: Volunteer
) -> None:
    story.propose(mowing, hana_party)
    text = shown(client, hana).content.decode()
    assert "さがしています" in text
    assert "関係案内人が確かめてから、お知らせします" in text
    assert "まだ、合うところがありません" not in text
