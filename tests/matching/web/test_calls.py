"""The call list: who is on it, and a number that is shown to a guide alone, for as long as an answer is overdue, on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Conflict, NotFound
from accounts.models import ContactAccess, User, Volunteer
from matching.enums import AnswerValue, MatchState, Side
from matching.models import Match
from matching.services.answers import answer_match, extend_answer
from matching.services.disclosure import Contact, reveal_to_call
from matching.services.invariants import check_invariants
from matching.web.calls import ON_A_PAGE
from regions.models import Need, Region
from tests.builders import make_need, make_party
from tests.matching import saga as story

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def overdue(match: Match) -> Match:
    at = timezone.now() - timedelta(hours=2)
    match.answers.filter(is_open=True).update(due_at=at, overdue_at=at)
    return match


@pytest.fixture
def silent(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    """Both sides have let their time pass."""
    return overdue(story.asked(story.propose(mowing, hana_party), guide=mori))


def number(client: Client, match: Match, side: str, user: User):
    client.force_login(user)
    return client.post(reverse("call-number", args=[match.public_id, side]))


def test_list_shows_both_silent_sides_and_no_number(client: Client, silent: Match, mori: User) -> None:
    client.force_login(mori)
    answer = client.get(reverse("calls"))
    text = answer.content.decode()
    assert {call.answer.side for call in answer.context["calls"]} == {"party", "region"}
    assert "まだ電話していません" in text
    assert "090-0000" not in text
    assert not ContactAccess.objects.exists()
    assert reverse("calls") in client.get(reverse("board")).content.decode()


def test_number_is_shown_to_the_guide_with_the_form_for_the_call(
    client: Client, silent: Match, mori: User
) -> None:
    answer = number(client, silent, "party", mori)
    text = answer.content.decode()
    assert 'href="tel:090-0000-0001"' in text
    assert "hana@example.org" not in text
    assert "花の住所" not in text
    assert reverse("match-act", args=[silent.public_id, "record-call"]) in text
    assert answer.context["form"].initial["side"] == "party"
    row = ContactAccess.objects.get()
    assert (row.viewer, row.subject, row.match_state, row.fields) == (
        mori, silent.volunteer.representative, "asking", ["affiliation", "full_name", "name", "phone"],
    )  # fmt: skip
    assert check_invariants(now=timezone.now()) == []


def test_number_of_the_community_comes_with_who_represents_it(
    client: Client, silent: Match, mori: User
) -> None:
    silent.need.region.representatives.update(contact_way="夜なら電話に出ます")
    text = number(client, silent, "region", mori).content.decode()
    assert "090-0000-0006" in text
    assert "夜なら電話に出ます" in text
    assert "090-0000-0007" not in text  # the officer is asked where nobody represents it


def test_each_look_is_on_record_and_no_address_leads_to_it(client: Client, silent: Match, mori: User) -> None:
    for _time in range(2):
        number(client, silent, "party", mori)
    assert ContactAccess.objects.count() == 2
    answer = client.get(reverse("call-number", args=[silent.public_id, "party"]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("calls"))
    assert client.post(reverse("call-number", args=[silent.public_id, "nobody"])).status_code == 404


@pytest.mark.parametrize("who", ["hana", "ume", "kenji", "yuki", "admin"])
def test_nobody_but_the_guide_is_shown_a_number(
    client: Client, silent: Match, who: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    assert number(client, silent, "party", user).status_code == 404
    with pytest.raises(NotFound, match="match_unknown"):
        reveal_to_call(match=silent, side=Side.REGION, viewer=user)
    assert client.get(reverse("calls")).status_code == (200 if who == "admin" else 403)
    assert not ContactAccess.objects.exists()


def test_number_is_closed_again_once_the_answer_is_there_or_has_more_time(
    client: Client, silent: Match, mori: User, ume: User
) -> None:
    answer_match(match_id=silent.pk, actor=silent.volunteer.representative, value=AnswerValue.MEET)
    extend_answer(match_id=silent.pk, actor=ume)
    for side in Side:
        with pytest.raises(Conflict, match="not_overdue"):
            reveal_to_call(match=silent, side=side, viewer=mori)
    answer = number(client, silent, "party", mori)
    assert (answer.status_code, answer["Location"]) == (302, reverse("calls"))
    assert not ContactAccess.objects.exists()
    assert client.get(reverse("calls")).context["calls"] == []


def test_answer_that_still_has_time_shows_no_number(mowing: Need, hana_party: Volunteer, mori: User) -> None:
    match = story.asked(story.propose(mowing, hana_party), guide=mori)
    with pytest.raises(Conflict, match="not_overdue"):
        reveal_to_call(match=match, side=Side.PARTY, viewer=mori)


def test_guide_is_shown_no_own_number(silent: Match, mori: User, sato: User) -> None:
    Volunteer.objects.filter(pk=silent.volunteer_id).update(representative=mori)
    assert reveal_to_call(match=silent, side=Side.PARTY, viewer=mori) == []
    (contact,) = reveal_to_call(match=silent, side=Side.PARTY, viewer=sato)
    assert contact == Contact(
        person=mori.public_id, name="森", affiliation="森の所属", full_name="森 本名", phone="090-0000-0004"
    )


def test_call_is_recorded_from_the_page_of_the_number(client: Client, silent: Match, mori: User) -> None:
    number(client, silent, "party", mori)
    act = reverse("match-act", args=[silent.public_id, "record-call"])
    client.post(act, {"side": "party", "result": "no", "spoke_with": "花"})
    assert story.state_of(silent) == MatchState.DECLINED
    assert client.get(reverse("calls")).context["calls"] == []


def waiting(saga: Region, mori: User, number: int) -> list[Match]:
    """So many participants have not answered, the first the longest; their communities have."""
    made = []
    for place in range(number):
        match = story.asked(story.propose(make_need(saga), make_party()), guide=mori)
        at = timezone.now() - timedelta(hours=100 - place)
        match.answers.filter(side=Side.PARTY).update(due_at=at, overdue_at=at)
        made.append(match)
    return made


def recorded(client: Client, match: Match, side: str = "party", query: str = "?from=calls", **answers: str):
    act = reverse("match-act", args=[match.public_id, "record-call"])
    return client.post(f"{act}{query}", {"side": side, "result": "no", "spoke_with": "本人"} | answers)


def test_recorded_call_leads_back_to_the_list_at_the_next_one(client: Client, saga, mori: User) -> None:
    first, second, third = waiting(saga, mori, 3)
    text = number(client, second, "party", mori).content.decode()
    action = f"{reverse('match-act', args=[second.public_id, 'record-call'])}?from=calls"
    assert f'action="{action}"' in text
    done = recorded(client, second)
    assert done["Location"] == f"{reverse('calls')}?page=1#call-{third.public_id}-party"
    page = client.get(done["Location"]).content.decode()
    assert "電話の結果を記録しました。" in page
    assert f'id="call-{third.public_id}-party" tabindex="-1"' in page
    assert recorded(client, third)["Location"].endswith(f"#call-{first.public_id}-party")
    assert recorded(client, first)["Location"] == reverse("calls")


def test_other_side_of_the_same_match_comes_next(client: Client, silent: Match, mori: User) -> None:
    client.force_login(mori)
    done = recorded(client, silent, result="yes", value="meet")
    assert done["Location"].endswith(f"#call-{silent.public_id}-region")


def test_next_one_is_found_on_its_page_of_the_list(client: Client, saga, mori: User) -> None:
    long_ago, need = timezone.now() - timedelta(days=9), make_need(saga)
    for _number in range(ON_A_PAGE):
        match = story.propose(need, make_party())
        match.answers.create(side=Side.PARTY, due_at=long_ago, overdue_at=long_ago, lapse_at=timezone.now())
    called, follows = waiting(saga, mori, 2)
    client.force_login(mori)
    done = recorded(client, called)
    assert done["Location"] == f"{reverse('calls')}?page=2#call-{follows.public_id}-party"
    (row,) = client.get(done["Location"]).context["calls"]
    assert row.line == f"call-{follows.public_id}-party"


def test_mistake_keeps_the_way_back_and_more_time_takes_it_too(
    client: Client, silent: Match, mori: User
) -> None:
    client.force_login(mori)
    wrong = recorded(client, silent, spoke_with="")
    assert wrong.status_code == 422
    assert f'href="{reverse("calls")}"' in wrong.content.decode()
    more = f"{reverse('match-act', args=[silent.public_id, 'enter-extension'])}?side=party&amp;from=calls"
    assert more in client.get(reverse("calls")).content.decode()
    given = client.post(more.replace("&amp;", "&"), {"side": "party", "on_behalf_of": "花（電話）"})
    assert given["Location"].endswith(f"#call-{silent.public_id}-region")
    gone = client.post(more.replace("enter-extension", "complete").replace("&amp;", "&"))
    assert gone["Location"] == reverse("calls")


def test_call_recorded_on_the_page_of_the_match_stays_there(
    client: Client, silent: Match, mori: User
) -> None:
    client.force_login(mori)
    assert recorded(client, silent, query="")["Location"] == reverse("match-page", args=[silent.public_id])


@pytest.mark.parametrize("count", [1, 3])
def test_call_list_takes_a_fixed_number_of_queries(
    client: Client, saga, mori: User, count: int, django_assert_num_queries
) -> None:
    for _number in range(count):
        overdue(story.asked(story.propose(make_need(saga), make_party()), guide=mori))
    client.force_login(mori)
    with django_assert_num_queries(11):
        client.get(reverse("calls"))
