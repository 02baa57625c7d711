"""What a guide does on the page of a match: every act as the API does it, offered only where it leads somewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Volunteer
from matching.enums import AnswerValue, CallResult, MatchState, MeetingOutcome, Side
from matching.models import Answer, Match, MatchEvent, PhoneCall
from matching.services.answers import answer_match
from matching.web.guide_acts import ACTS, FOR_ADMINISTRATORS
from regions.enums import ConsentMatter
from regions.models import Need
from tests.builders import make_emergency_card, make_party, make_slot
from tests.matching import saga as story

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def asked(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    return story.asked(story.propose(mowing, hana_party), guide=mori)


@pytest.fixture
def two_consents(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    """A match in which both said yes after their meeting, and two consents of the community are missing."""
    for by in ("役員会", "総会"):
        mowing.region.required_consents.create(by=by, matter=ConsentMatter.NEW_PARTY, meets="12月の定例会")
    match = story.asked(story.propose(mowing, hana_party), guide=mori)
    story.both_answer(match, AnswerValue.MEET)
    story.met(match, guide=mori)
    story.both_confirm_promise(match)
    return story.both_answer(match, AnswerValue.YES)


def page(client: Client, match: Match, user: User):
    client.force_login(user)
    return client.get(reverse("match-page", args=[match.public_id]))


def act(client: Client, match: Match, name: str, user: User, **answers: object):
    client.force_login(user)
    return client.post(reverse("match-act", args=[match.public_id, name]), answers)


def offered(client: Client, match: Match, user: User) -> set[str]:
    text = page(client, match, user).content.decode()
    return {name for name in ACTS if reverse("match-act", args=[match.public_id, name]) in text}


def form_of(client: Client, match: Match, name: str, user: User, **asked_by_address: str):
    client.force_login(user)
    return client.get(reverse("match-act", args=[match.public_id, name]), asked_by_address).context["form"]


def overdue(match: Match) -> None:
    Answer.objects.filter(match=match).update(overdue_at=timezone.now())


# What is offered.
def test_only_what_leads_somewhere_is_offered(client: Client, asked: Match, mori: User) -> None:
    heard = {"enter-answer", "enter-promise", "enter-board-date", "enter-extension"}
    desk = {"assign", "change-promise", "name-people", "redate", "waive-meeting"}
    assert offered(client, asked, mori) == heard | desk | {"enter-no", "take-back"}
    overdue(asked)
    assert page(client, asked, mori).context["desk"]["first"][0] == "record-call"
    story.both_answer(asked, AnswerValue.MEET)
    meeting = {"plan-meeting", "record-meeting", "waive-meeting", "enter-promise"}
    assert meeting <= offered(client, asked, mori)
    assert offered(client, asked, mori) & {"record-call", "enter-answer"} == set()


def test_who_takes_part_is_offered_nothing_of_the_desk(
    client: Client, asked: Match, hana: User, ume: User, kenji: User
) -> None:
    for who in (hana, ume, kenji):
        assert offered(client, asked, who) == set()
        act(client, asked, "enter-answer", who, side="party", on_behalf_of="花", value="meet")
    assert not Answer.objects.filter(match=asked, is_open=False).exists()


@pytest.mark.parametrize("name", sorted(ACTS))
def test_outsider_finds_no_act(client: Client, asked: Match, yuki: User, name: str) -> None:
    client.force_login(yuki)
    assert client.get(reverse("match-act", args=[asked.public_id, name])).status_code == 404


def test_administrator_hands_over_and_ends_and_no_more(
    client: Client, asked: Match, admin: User, sato: User
) -> None:
    assert offered(client, asked, admin) == {"assign", "take-back"}
    assert set(FOR_ADMINISTRATORS) == {"assign", "take-back", "call-off"}
    act(client, asked, "assign", admin, guide=sato.guide.pk, note="よろしく")
    assert Match.objects.get(pk=asked.pk).guide == sato.guide
    act(client, asked, "take-back", admin, reason="other")
    assert story.state_of(asked) == MatchState.WITHDRAWN


# What a side said, entered for it.
def test_answer_by_telephone_stands_on_record_as_entered_for_somebody(
    client: Client, asked: Match, mori: User, ume: User
) -> None:
    assert act(client, asked, "enter-answer", mori, side="region", value="meet").status_code == 422
    act(
        client,
        asked,
        "enter-answer",
        mori,
        side="region",
        on_behalf_of="区長の梅さん",
        value="meet",
        scope="vouched",
    )
    row = Answer.objects.get(match=asked, side="region")
    assert (row.value, row.answered_by, row.on_behalf_of, row.scope) == (
        AnswerValue.MEET, mori, "区長の梅さん", "vouched",
    )  # fmt: skip
    assert "（代理で入力：区長の梅さん）" in page(client, asked, ume).content.decode()
    assert [
        value for value, _label in form_of(client, asked, "enter-answer", mori).fields["side"].choices
    ] == ["party"]


def test_scope_of_a_yes_is_of_communities_alone(client: Client, asked: Match, mori: User) -> None:
    act(client, asked, "enter-answer", mori, side="party", on_behalf_of="花", value="meet", scope="vouched")
    assert Answer.objects.get(match=asked, side="party").scope == ""


def test_board_date_and_more_time_move_the_deadline_of_the_side_they_are_for(
    client: Client, asked: Match, mori: User
) -> None:
    before = Answer.objects.get(match=asked, side="region").due_at
    meets_on = timezone.localdate() + timedelta(days=30)
    choices = form_of(client, asked, "enter-board-date", mori).fields["side"].choices
    assert [value for value, _label in choices] == ["region"]  # hana alone has no board
    act(
        client,
        asked,
        "enter-board-date",
        mori,
        side="region",
        on_behalf_of="区長",
        meets_on=meets_on.isoformat(),
    )
    row = Answer.objects.get(match=asked, side="region")
    assert (row.meets_on, row.due_at > before) == (meets_on, True)
    act(client, asked, "enter-extension", mori, side="party", on_behalf_of="花")
    assert Answer.objects.get(match=asked, side="party").extended_at is not None
    assert "party" not in dict(form_of(client, asked, "enter-extension", mori).fields["side"].choices)


def test_call_that_brings_a_yes_is_the_answer_and_one_without_ends_it(
    client: Client, asked: Match, mori: User
) -> None:
    client.force_login(mori)
    gone = act(client, asked, "record-call", mori, side="party", result="yes", spoke_with="花")
    assert gone["Location"] == reverse("match-page", args=[asked.public_id])  # not on the call list yet
    assert not PhoneCall.objects.exists()
    overdue(asked)
    assert act(client, asked, "record-call", mori, side="party", result="yes").status_code == 422
    act(client, asked, "record-call", mori, side="party", result="yes", value="meet", spoke_with="花")
    assert Answer.objects.get(match=asked, side="party").on_behalf_of == "花"
    act(client, asked, "record-call", mori, side="region", result="not_reached", spoke_with="区長")
    assert story.state_of(asked) == MatchState.LAPSED
    assert list(PhoneCall.objects.order_by("pk").values_list("result", flat=True)) == [
        CallResult.YES,
        CallResult.NOT_REACHED,
    ]


# The meeting.
def test_meeting_is_planned_recorded_and_the_page_asks_for_the_next_step(
    client: Client, asked: Match, mori: User, hana: User
) -> None:
    story.both_answer(asked, AnswerValue.MEET)
    assert page(client, asked, mori).context["desk"]["first"][0] == "plan-meeting"
    at = timezone.localtime() + timedelta(days=3)
    when = at.strftime("%Y-%m-%dT%H:%M")
    act(
        client, asked, "plan-meeting", mori, how="online", planned_at=when, place="https://meet.example.org/a"
    )
    text = page(client, asked, hana).content.decode()
    assert 'href="https://meet.example.org/a"' in text
    assert page(client, asked, mori).context["desk"]["first"][0] != "record-meeting"  # it is still to come
    answer = act(client, asked, "record-meeting", mori, outcome="proceed", how="online", people=1)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["people"])
    act(client, asked, "record-meeting", mori, outcome="proceed", how="online", note="よい会でした")
    asked.refresh_from_db()
    assert asked.meeting.outcome == MeetingOutcome.PROCEED
    assert "よい会でした" not in page(client, asked, hana).content.decode()


def test_meeting_that_fails_ends_it_neutrally(client: Client, asked: Match, mori: User, hana: User) -> None:
    story.both_answer(asked, AnswerValue.MEET)
    act(client, asked, "record-meeting", mori, outcome="dropped", how="on_site", note="道が荒れていた")
    assert story.state_of(asked) == MatchState.DECLINED
    text = page(client, asked, hana).content.decode()
    assert "今回は条件が合いませんでした" in text
    assert "道が荒れていた" not in text


def test_waiver_needs_its_reason(client: Client, asked: Match, mori: User) -> None:
    assert act(client, asked, "waive-meeting", mori, reason=" ").status_code == 422
    act(client, asked, "waive-meeting", mori, reason="毎年来ている方の息子さん")
    assert asked.events.get(move="waive_meeting").note == "毎年来ている方の息子さん"
    assert "waive-meeting" not in offered(client, asked, mori)


# What is missing, and who can mend it.
def test_everybody_reads_what_is_missing_and_who_can_mend_it(
    client: Client, two_consents: Match, hana: User, ume: User, kenji: User, mori: User
) -> None:
    assert story.state_of(two_consents) == MatchState.MEETING
    for who in (hana, ume, kenji, mori):
        shown = page(client, two_consents, who)
        assert [lack.code for lack, _mend in shown.context["lacks"]] == ["consents"]
        text = shown.content.decode()
        assert "地区の了解" in text
        assert "代表者か市区町村か案内人が記録します" in text  # who can mend it
        assert ("総会" in text) == (
            who != hana
        )  # the community's inner consents are not the other side's business


def test_promise_comes_with_the_last_of_two_consents_and_not_before(
    client: Client, two_consents: Match, mori: User, ume: User
) -> None:
    first, last = two_consents.region_consents.order_by("pk")
    act(
        client,
        two_consents,
        "enter-consent",
        mori,
        consent=first.pk,
        status="given",
        evidence="口頭",
        on_behalf_of="区長",
    )
    assert story.state_of(two_consents) == MatchState.MEETING
    assert (
        str(last.pk) in page(client, two_consents, ume).content.decode()
        or "総会" in page(client, two_consents, ume).content.decode()
    )
    act(client, two_consents, "consents", ume, consent=last.pk, status="given", evidence="総会で決めた")
    assert story.state_of(two_consents) == MatchState.AGREED


def test_consent_of_another_match_cannot_be_recorded_here(
    client: Client, two_consents: Match, mowing: Need, mori: User
) -> None:
    other = story.asked(story.propose(mowing, make_party()), guide=mori)
    foreign = two_consents.region_consents.all()[0]
    said = {"consent": foreign.pk, "status": "given", "evidence": "口頭", "on_behalf_of": "区長"}
    answer = act(client, other, "enter-consent", mori, **said)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["consent"])
    foreign.refresh_from_db()
    assert foreign.recorded_at is None


# From the promise to the thanks.
def test_checks_are_ticked_opened_again_and_make_it_ready(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    assert "confirm" not in offered(client, match, mori)
    make_emergency_card(mowing.region)
    kinds = list(match.preconditions.values_list("kind", flat=True))
    assert form_of(client, match, "tick", mori, kind=kinds[0]).initial["kind"] == kinds[0]
    for kind in kinds:
        act(client, match, "tick", mori, kind=kind, note="証券 12")
    assert "tick" not in offered(client, match, mori)
    act(client, match, "untick", mori, kind=kinds[0])
    assert act(client, match, "confirm", mori)["Location"].endswith(f"{match.public_id}/")
    assert story.state_of(match) == MatchState.AGREED
    act(client, match, "tick", mori, kind=kinds[0])
    act(client, match, "confirm", mori)
    assert story.state_of(match) == MatchState.CONFIRMED


# The desk.
def test_hand_over_reaches_a_colleague_with_its_note(
    client: Client, asked: Match, mori: User, sato: User, hana: User
) -> None:
    guides = form_of(client, asked, "assign", mori).fields["guide"].queryset
    Match.objects.filter(pk=asked.pk).update(guide=mori.guide)
    assert set(guides.all()) - {mori.guide} == {sato.guide}
    act(client, asked, "assign", mori, guide=sato.guide.pk, note="区長は夜なら出られます")
    assert Match.objects.get(pk=asked.pk).guide == sato.guide
    assert "区長は夜なら出られます" in page(client, asked, sato).content.decode()
    assert "区長は夜なら出られます" not in page(client, asked, hana).content.decode()


def test_promise_people_and_dates_are_changed_for_the_sides(
    client: Client, asked: Match, mori: User, hana: User
) -> None:
    assert act(client, asked, "change-promise", mori, promise="").status_code == 422
    act(client, asked, "change-promise", mori, promise="お昼と、山道の案内", on_behalf_of="区長")
    act(client, asked, "name-people", mori, users=[hana.pk], on_behalf_of="花")
    asked.refresh_from_db()
    assert (asked.promise, asked.named_people.get().user) == ("お昼と、山道の案内", hana)
    later = make_slot(asked.need, start_at=timezone.now() + timedelta(days=80))
    act(client, asked, "redate", mori, slots=[later.pk], on_behalf_of="区長")
    assert list(Match.objects.get(redated_from=asked).slots.all()) == [later]


def test_proposal_is_put_next_in_line(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User
) -> None:
    match = story.propose(mowing, hana_party)
    act(client, match, "stand-by", mori)
    match.refresh_from_db()
    assert match.standby_at is not None
    assert "stand-by" not in offered(client, match, mori)


def test_ending_names_for_whom_and_the_other_side_reads_the_guides_sentence(
    client: Client, asked: Match, mori: User, hana: User, ume: User
) -> None:
    answer = act(client, asked, "enter-no", mori, side="region", reason="dates")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["on_behalf_of"])
    act(
        client,
        asked,
        "enter-no",
        mori,
        side="region",
        on_behalf_of="区長",
        reason="dates",
        neutral_note="またの機会に。",
    )
    event = asked.events.get(move="decline")
    assert (event.on_behalf_of, event.data["side"], event.reason) == ("区長", Side.REGION, "dates")
    assert "またの機会に。" in page(client, asked, hana).content.decode()


def test_cancelling_for_a_side_counts_as_that_sides(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    reasons = dict(form_of(client, match, "call-off", mori).fields["reason"].choices)
    assert "no_show" in reasons
    assert not {"no_record", "not_confirmed"} & set(reasons)
    act(client, match, "call-off", mori, side="party", on_behalf_of="花", reason="cannot_come")
    assert story.state_of(match) == MatchState.CANCELLED
    assert hana_party.relations.get(region=mowing.region).kept == 0


def test_same_act_twice_changes_nothing(client: Client, asked: Match, mori: User) -> None:
    said = {"side": "party", "on_behalf_of": "花", "value": "meet"}
    act(client, asked, "enter-answer", mori, **said)
    events = MatchEvent.objects.count()
    again = act(client, asked, "enter-answer", mori, **said)
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["side"])
    assert MatchEvent.objects.count() == events


def test_address_chooses_what_it_is_about_and_never_what_is_said(
    client: Client, asked: Match, mori: User
) -> None:
    form = form_of(client, asked, "enter-answer", mori, side="region", on_behalf_of="だれか", note="x")
    assert form.initial["side"] == "region"
    assert not {"on_behalf_of", "note"} & set(form.initial)


def test_answer_that_came_meanwhile_is_told_on_the_form(client: Client, asked: Match, mori: User) -> None:
    overdue(asked)
    answer_match(match_id=asked.pk, actor=asked.volunteer.representative, value=AnswerValue.MEET)
    answer = act(client, asked, "record-call", mori, side="party", result="yes", spoke_with="花")
    assert answer.status_code == 422
    assert not PhoneCall.objects.exists()
