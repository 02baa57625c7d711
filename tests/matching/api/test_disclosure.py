"""Nothing that tells who somebody is leaves a match before its time, whichever address is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import ContactAccess, ContactCard, User, Volunteer
from matching.enums import AnswerValue, EndReason
from matching.models import Match
from matching.services.endings import decline_match, withdraw_match
from matching.services.proposals import apply_for_need
from matching.services.review import reject_match
from matching.services.sweeps import sweep_deadlines
from regions.models import Need
from tests.matching import saga
from tests.support.api import API, as_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CAST = ("hana", "ume", "kenji", "mori")
Stage = Callable[[Need, Volunteer, User], Match]


def asking(need: Need, party: Volunteer, guide: User) -> Match:
    return saga.asked(saga.propose(need, party), guide=guide)


def meeting(need: Need, party: Volunteer, guide: User) -> Match:
    return saga.both_answer(asking(need, party, guide), AnswerValue.MEET)


def declined(need: Need, party: Volunteer, guide: User) -> Match:
    match = asking(need, party, guide)
    return decline_match(
        match_id=match.pk, actor=saga.speaker_of(match), reason=EndReason.PEOPLE, note="秘密のわけ"
    )


def agreed(need: Need, party: Volunteer, guide: User) -> Match:
    return saga.agreed(need, party, guide=guide)


def everything_read_by(user: User, match: Match) -> str:
    """All that the addresses of matching show to one person, contacts left out."""
    one = f"matches/{match.public_id}/"
    paths = ["matches/", one, f"{one}events/", "review-queue/", "call-list/", "relations/"]
    answers = [as_user(user).get(f"{API}{path}") for path in paths]
    assert [answer.status_code for answer in answers] == [200] * len(paths)
    return "".join(answer.content.decode() for answer in answers)


def contacts(user: User, match: Match) -> list[dict[str, str]]:
    answer = as_user(user).get(f"{API}matches/{match.public_id}/contacts/")
    assert answer.status_code == 200, answer.json()
    return answer.json()["contacts"]


def secrets() -> list[str]:
    """What the cards and addresses of the cast say."""
    cards = ContactCard.objects.select_related("user")
    return [text for card in cards for text in (card.full_name, card.phone, card.address, card.user.email)]


@pytest.mark.parametrize("name", CAST)
@pytest.mark.parametrize("stage", [asking, meeting, declined, agreed])
def test_no_list_and_no_match_carries_contact_data(
    stage: Stage, name: str, mowing: Need, hana_party: Volunteer, request: pytest.FixtureRequest
) -> None:
    match = stage(mowing, hana_party, request.getfixturevalue("mori"))
    seen = everything_read_by(request.getfixturevalue(name), match)
    assert len(secrets()) >= 4 * len(CAST)
    assert [secret for secret in secrets() if secret in seen] == []


@pytest.mark.parametrize("name", CAST)
@pytest.mark.parametrize("stage", [asking, declined])
def test_contacts_are_empty_before_the_meeting_and_after_an_ending(
    stage: Stage, name: str, mowing: Need, hana_party: Volunteer, request: pytest.FixtureRequest
) -> None:
    match = stage(mowing, hana_party, request.getfixturevalue("mori"))
    assert contacts(request.getfixturevalue(name), match) == []
    assert not ContactAccess.objects.exists()


def test_from_the_meeting_on_names_and_from_the_promise_on_cards_each_on_record(
    mowing: Need, hana_party: Volunteer, ume: User, mori: User
) -> None:
    match = meeting(mowing, hana_party, mori)
    (met,) = contacts(ume, match)
    assert (met["name"], met["affiliation"]) == ("花", "花の所属")
    assert {met[name] for name in ("full_name", "phone", "email", "address", "emergency_contact")} == {""}
    assert list(ContactAccess.objects.values_list("viewer", "subject", "fields")) == [
        (ume.pk, hana_party.representative_id, ["affiliation", "name"])
    ]


def test_the_cards_are_shown_once_both_have_promised(
    mowing: Need, hana_party: Volunteer, ume: User, mori: User
) -> None:
    (card,) = contacts(ume, agreed(mowing, hana_party, mori))
    assert (card["full_name"], card["phone"], card["email"]) == (
        "花 本名",
        "090-0000-0001",
        "hana@example.org",
    )
    assert "phone" in ContactAccess.objects.get(viewer=ume).fields


@pytest.mark.parametrize("stage", [asking, meeting, agreed])
def test_a_person_is_a_label_to_the_community_and_a_name_to_the_guide(
    stage: Stage, mowing: Need, hana_party: Volunteer, ume: User, mori: User
) -> None:
    match = stage(mowing, hana_party, mori)
    seen = {
        user: as_user(user).get(f"{API}matches/{match.public_id}/").json()["party"] for user in (ume, mori)
    }
    assert (seen[mori]["label"], seen[mori]["is_named"]) == ("花", True)
    assert seen[ume]["is_named"] is False
    assert "花" not in seen[ume]["label"]
    assert "福岡市" in seen[ume]["label"]


@pytest.mark.parametrize(("stage", "is_named"), [(asking, False), (meeting, True), (agreed, True)])
def test_a_group_and_a_community_learn_each_others_names_when_they_meet(
    stage: Stage, is_named: bool, mowing: Need, riders: Volunteer, request: pytest.FixtureRequest
) -> None:
    match = stage(mowing, riders, request.getfixturevalue("mori"))
    by_ume, by_harada = (
        as_user(request.getfixturevalue(name)).get(f"{API}matches/{match.public_id}/").json()
        for name in ("ume", "harada")
    )
    assert (by_ume["party"]["is_named"], by_harada["region"]["is_named"]) == (is_named, is_named)
    assert ("福岡山道ライダーズ" in by_ume["party"]["label"]) is is_named
    assert ("榎木谷" in by_harada["region"]["label"]) is is_named


def test_a_side_reads_neither_score_nor_rank_and_three_reasons_at_most(
    mowing: Need, hana_party: Volunteer, hana: User, ume: User, mori: User
) -> None:
    match = asking(mowing, hana_party, mori)
    reasons = ["known_here", "work_fits", "wish_fits", "near"]
    explanation = {"reasons": reasons, "caveat": "people_limited", "score_micro": 912345, "f_num": 7}
    Match.objects.filter(pk=match.pk).update(
        explanation=explanation, score_micro=912345, rank_for_need=3, rank_for_party=2
    )
    by_guide = as_user(mori).get(f"{API}matches/{match.public_id}/").json()
    assert (by_guide["review"]["score_micro"], by_guide["review"]["rank_for_need"]) == (912345, 3)
    assert by_guide["review"]["explanation"] == explanation
    for side in (hana, ume):
        seen = as_user(side).get(f"{API}matches/{match.public_id}/")
        assert seen.json()["review"] is None
        assert [reason["code"] for reason in seen.json()["reasons"]] == reasons[:3]
        assert all(reason["text"] for reason in seen.json()["reasons"])
        assert seen.json()["caveat"]["code"] == "people_limited"
        assert "912345" not in seen.content.decode()
        assert "rank" not in seen.content.decode()


def test_an_ending_tells_the_other_side_neither_who_nor_why(
    mowing: Need, hana_party: Volunteer, hana: User, ume: User, mori: User
) -> None:
    match = declined(mowing, hana_party, mori)
    assert "秘密のわけ" not in everything_read_by(hana, match)
    last = {
        user.name: as_user(user).get(f"{API}matches/{match.public_id}/events/").json()["results"][-1]
        for user in (hana, ume, mori)
    }
    assert [last["花"][name] for name in ("move", "to_state", "role", "actor", "reason", "note", "data")] == [
        "end", "ended", None, None, "", "", {},
    ]  # fmt: skip
    assert [last["梅"][name] for name in ("move", "to_state", "role", "reason", "note")] == [
        "decline", "declined", "region", "people", "秘密のわけ",
    ]  # fmt: skip
    assert [last["森"][name] for name in ("move", "actor", "reason")] == ["decline", "梅", "people"]


def refused(need: Need, party: Volunteer, guide: User) -> Match:
    match = apply_for_need(actor=party.representative, need=need, volunteer=party, slots=need.slots.all())
    return reject_match(match_id=match.pk, actor=guide, reason=EndReason.NOT_SUITABLE)


def silent(need: Need, party: Volunteer, guide: User) -> Match:
    match = asking(need, party, guide)
    sweep_deadlines(now=match.lapse_at)
    return match


def taken_back(need: Need, party: Volunteer, guide: User) -> Match:
    match = asking(need, party, guide)
    return withdraw_match(match_id=match.pk, actor=saga.speaker_of(match), reason=EndReason.DATES)


@pytest.mark.parametrize("stage", [refused, declined, silent, taken_back])
def test_every_ending_before_the_promise_reads_the_same_to_a_side(
    stage: Stage, mowing: Need, hana_party: Volunteer, hana: User, mori: User
) -> None:
    match = stage(mowing, hana_party, mori)
    exact = saga.state_of(match)
    seen, full = (as_user(user).get(f"{API}matches/{match.public_id}/").json() for user in (hana, mori))
    assert (seen["state"], seen["state_label"], seen["is_live"]) == ("ended", "今回は見送り", False)
    assert full["state"] == exact
    assert str(exact) not in everything_read_by(hana, match)


def test_which_ending_it_was_cannot_be_found_out_by_asking_for_it(
    mowing: Need, hana_party: Volunteer, hana: User, mori: User
) -> None:
    match = declined(mowing, hana_party, mori)

    def found(user: User, query: str) -> list[str]:
        answer = as_user(user).get(f"{API}matches/?{query}").json()
        return [row["id"] for row in answer["results"]]

    assert found(hana, "state=declined") == []
    assert found(hana, "state=ended") == found(hana, "state=lapsed&state=ended") == [match.public_id]
    assert found(mori, "state=declined") == found(mori, "state=ended") == [match.public_id]
    assert found(mori, "state=lapsed") == []


def test_the_other_sides_answer_and_inner_consents_stay_its_own(
    mowing: Need, hana_party: Volunteer, hana: User, ume: User, mori: User
) -> None:
    match = meeting(mowing, hana_party, mori)
    seen = as_user(hana).get(f"{API}matches/{match.public_id}/").json()
    (own,) = (row for row in seen["answers"] if row["side"] == "party")
    (other,) = (row for row in seen["answers"] if row["side"] == "region")
    assert (own["value"], other["value"], other["has_answered"]) == ("meet", None, True)
    assert seen["consents"] == []
    assert as_user(ume).get(f"{API}matches/{match.public_id}/").json()["named_people"] == []
