"""A guide changes what is proposed before anybody is asked: people and promise, before and after on record."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.errors import Conflict, DomainError, Invalid, NotAllowed
from accounts.models import AuditEntry, Outbox, User, Volunteer
from matching.enums import AnswerValue, MatchState, Side
from matching.models import Answer, Hold, Match, MatchEvent, MatchPerson, Relation
from matching.selectors.matches import events_of
from matching.selectors.story import story
from matching.selectors.viewers import viewer_of
from matching.services.proposals import apply_for_need, invite_party
from matching.services.review import approve_match, name_people, put_next_in_line, undo_approval
from matching.services.standby import ask_next_in_line
from matching.services.terms import change_terms
from regions.models import Need
from tests.builders import make_party
from tests.matching import saga as story_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def pair(db: None) -> Volunteer:
    """Two to four people, who live together."""
    return make_party(size=4, min_people=2)


@pytest.fixture
def match(mowing: Need, pair: Volunteer, mori: User) -> Match:
    return story_of.propose(mowing, pair, people=3)


def last(match: Match) -> MatchEvent:
    return MatchEvent.objects.filter(match=match).latest("seq")


def everything(match: Match) -> list[Any]:
    """What a refused change leaves untouched."""
    match = Match.objects.get(pk=match.pk)
    counts = [model.objects.count() for model in (MatchEvent, AuditEntry, Outbox)]
    return [match.people, match.promise, match.changed_at, *counts]


def texts(match: Match, user: User) -> list[str]:
    """The moves somebody reads of, with what they say."""
    viewer = viewer_of(user, [match])
    events = list(events_of(match, viewer))
    return [event.move for event in events]


def test_guide_changes_people_and_promise_before_anybody_is_asked(match: Match, mori: User) -> None:
    explained, told = match.explanation, Outbox.objects.count()
    before = match.promise
    changed = change_terms(
        match_id=match.pk, actor=mori, people=2, promise="山道と朝ごはん", note="台所は二人まで"
    )
    match.refresh_from_db()
    assert (match.people, match.promise, match.state) == (2, "山道と朝ごはん", MatchState.PROPOSED)
    assert (changed.people, changed.promise) == (2, "山道と朝ごはん")
    event = last(match)
    assert (event.move, event.note) == ("change_terms", "台所は二人まで")
    assert event.data == {
        "people": {"before": 3, "after": 2},
        "promise": {"before": before, "after": "山道と朝ごはん"},
    }
    assert AuditEntry.objects.filter(action="match.change_terms", target_id=match.public_id).count() == 1
    assert (match.explanation, Outbox.objects.count()) == (explained, told)


def test_what_is_left_out_stays_and_is_not_on_record(match: Match, mori: User) -> None:
    promise = match.promise
    change_terms(match_id=match.pk, actor=mori, people=4)
    match.refresh_from_db()
    assert (match.people, match.promise, last(match).data) == (
        4,
        promise,
        {"people": {"before": 3, "after": 4}},
    )


def test_approval_holds_places_for_the_new_number(match: Match, mori: User) -> None:
    change_terms(match_id=match.pk, actor=mori, people=2)
    approve_match(match_id=match.pk, actor=mori)
    assert Hold.objects.filter(match=match, released_at=None).count() == 2


@pytest.mark.parametrize("new", [{}, {"people": 3}, {"promise": " 山道 "}, {"people": 3, "promise": "山道"}])
def test_same_terms_again_are_refused(new: dict[str, Any], match: Match, mori: User) -> None:
    Match.objects.filter(pk=match.pk).update(promise="山道")
    before = everything(match)
    with pytest.raises(Invalid, match="terms_unchanged"):
        change_terms(match_id=match.pk, actor=mori, **new)
    assert everything(match) == before


@pytest.mark.parametrize(
    ("people", "code"), [(1, "people_out_of_range"), (5, "people_out_of_range"), (0, "people_out_of_range")]
)
def test_number_that_does_not_fit_the_party_is_refused(
    people: int, code: str, match: Match, mori: User
) -> None:
    before = everything(match)
    with pytest.raises(Invalid, match=code):
        change_terms(match_id=match.pk, actor=mori, people=people)
    assert everything(match) == before


def test_number_is_that_of_a_first_visit_until_they_know_each_other(match: Match, mori: User) -> None:
    region = match.need.region
    region.first_visit_max = 3
    region.save(update_fields=["first_visit_max"])
    with pytest.raises(Invalid, match="people_out_of_range"):
        change_terms(match_id=match.pk, actor=mori, people=4)
    Relation.objects.create(volunteer=match.volunteer, region=region, promised=1, kept=1, days=1)
    assert change_terms(match_id=match.pk, actor=mori, people=4).people == 4


def test_number_is_counted_on_the_places_that_are_free_now(match: Match, mori: User) -> None:
    match.need.slots.update(places=5)
    other = story_of.propose(match.need, make_party(size=3), people=2)
    approve_match(match_id=other.pk, actor=mori)
    with pytest.raises(Invalid, match="people_out_of_range"):
        change_terms(match_id=match.pk, actor=mori, people=4)
    match.need.slots.update(places=3)
    with pytest.raises(Conflict, match="places_short"):
        change_terms(match_id=match.pk, actor=mori, people=2)
    assert change_terms(match_id=match.pk, actor=mori, promise="山道だけ").promise == "山道だけ"


def test_no_fewer_come_than_are_named(match: Match, mori: User) -> None:
    for member in (make_party().representative, make_party().representative):
        match.volunteer.memberships.create(user=member)
    members = [row.user for row in match.volunteer.memberships.all()]
    name_people(match_id=match.pk, actor=mori, users=members)
    with pytest.raises(Invalid, match="too_many_people"):
        change_terms(match_id=match.pk, actor=mori, people=2)
    assert MatchPerson.objects.filter(match=match).count() == 3
    name_people(match_id=match.pk, actor=mori, users=members[:2])
    assert change_terms(match_id=match.pk, actor=mori, people=2).people == 2


def test_promise_is_not_taken_away_without_a_word(match: Match, mori: User) -> None:
    Match.objects.filter(pk=match.pk).update(promise="山道")
    with pytest.raises(Invalid, match="promise_needed"):
        change_terms(match_id=match.pk, actor=mori, promise="  ")


def test_nobody_but_the_guide_changes_terms(
    match: Match, hana: User, ume: User, kenji: User, yuki: User, admin: User
) -> None:
    before = everything(match)
    for user in (match.volunteer.representative, hana, ume, kenji, yuki, admin, User.objects.system()):
        with pytest.raises(NotAllowed, match="role_may_not"):
            change_terms(match_id=match.pk, actor=user, people=2)
    assert everything(match) == before


@pytest.mark.parametrize("stage", [story_of.asked, lambda match, guide: story_of.both_answer(story_of.asked(match, guide=guide), AnswerValue.MEET)])  # fmt: skip
def test_terms_stand_once_both_are_asked(stage: Any, match: Match, mori: User) -> None:
    match = stage(match, guide=mori)
    before = everything(match)
    with pytest.raises(Conflict, match="match_not_proposed"):
        change_terms(match_id=match.pk, actor=mori, people=2)
    assert everything(match) == before


# Who asked first.
def applied(need: Need, pair: Volunteer) -> Match:
    slots = need.slots.all()
    return apply_for_need(actor=pair.representative, need=need, volunteer=pair, slots=slots, people=3)


def invited(need: Need, pair: Volunteer) -> Match:
    speaker = need.region.representatives.get().user
    return invite_party(actor=speaker, need=need, volunteer=pair, slots=need.slots.all(), people=3)


BEGUN = pytest.mark.parametrize(("begun", "side"), [(applied, Side.PARTY), (invited, Side.REGION)])


@BEGUN
def test_who_asked_for_another_number_is_asked_itself(
    begun: Any, side: Side, mowing: Need, pair: Volunteer, mori: User, ume: User
) -> None:
    match = begun(mowing, pair)
    change_terms(match_id=match.pk, actor=mori, people=2)
    approve_match(match_id=match.pk, actor=mori)
    assert set(Answer.objects.filter(match=match).values_list("side", "is_open")) == {
        ("party", True),
        ("region", True),
    }


@BEGUN
@pytest.mark.parametrize("changes", [[{"promise": "山道と宿"}], [{"people": 2}, {"people": 3}]])
def test_who_gets_the_number_it_asked_for_has_answered(
    changes: list[dict[str, Any]],
    begun: Any,
    side: Side,
    mowing: Need,
    pair: Volunteer,
    mori: User,
    ume: User,
) -> None:
    match = begun(mowing, pair)
    for change in changes:
        change_terms(match_id=match.pk, actor=mori, **change)
    approve_match(match_id=match.pk, actor=mori)
    answers = {row.side: row for row in Answer.objects.filter(match=match)}
    assert [name for name, row in answers.items() if not row.is_open] == [side.value]
    assert answers[side.value].answered_by == match.events.get(seq=1).actor


def test_who_asked_first_is_asked_itself_also_out_of_the_line_and_after_an_undo(
    mowing: Need, pair: Volunteer, mori: User
) -> None:
    match = applied(mowing, pair)
    change_terms(match_id=match.pk, actor=mori, people=2)
    put_next_in_line(match_id=match.pk, actor=mori)
    assert ask_next_in_line(need_id=mowing.pk, now=timezone.now()) == [match]
    assert Answer.objects.filter(match=match, is_open=True).count() == 2
    undo_approval(match_id=match.pk, actor=mori)
    change_terms(match_id=match.pk, actor=mori, people=3)
    approve_match(match_id=match.pk, actor=mori)
    assert list(Answer.objects.filter(match=match, is_open=False).values_list("side", flat=True)) == ["party"]


# Who reads of it.
def test_no_side_reads_of_it_while_it_is_proposed_and_who_asked_first_reads_it_when_asked(
    mowing: Need, pair: Volunteer, mori: User, ume: User
) -> None:
    match = applied(mowing, pair)
    change_terms(match_id=match.pk, actor=mori, people=2, promise="内緒の下書き")
    speaker = pair.representative
    assert [texts(match, user) for user in (mori, speaker)] == [["apply", "change_terms"], ["apply"]]
    match = approve_match(match_id=match.pk, actor=mori)
    assert texts(match, speaker) == ["apply", "change_terms", "approve"]
    assert texts(match, ume) == ["apply", "approve"]


def test_who_did_not_ask_first_never_reads_what_was_proposed_before(
    match: Match, mori: User, ume: User
) -> None:
    change_terms(match_id=match.pk, actor=mori, people=2)
    approve_match(match_id=match.pk, actor=mori)
    match.refresh_from_db()
    for user in (match.volunteer.representative, ume):
        assert texts(match, user) == ["propose", "approve"]
    assert texts(match, mori) == ["propose", "change_terms", "approve"]


def test_story_shows_before_and_after_to_the_guide_alone(mowing: Need, pair: Volunteer, mori: User) -> None:
    match = applied(mowing, pair)
    change_terms(match_id=match.pk, actor=mori, people=2, promise="山道と宿")
    match = approve_match(match_id=match.pk, actor=mori)
    before = match.events.get(move="change_terms").data["promise"]["before"]
    said = {}
    for user in (mori, pair.representative):
        viewer = viewer_of(user, [match])
        said[user] = [scene.said for scene in story(events_of(match, viewer), viewer)]
    assert said[mori][1] == f"3人 → 2人、「{before}」→「山道と宿」"
    assert said[pair.representative] == ["", "", ""]


def test_refusals_are_in_words(match: Match, mori: User) -> None:
    with pytest.raises(DomainError) as refused:
        change_terms(match_id=match.pk, actor=mori, people=9)
    assert set(refused.value.fields) == {"people"}
