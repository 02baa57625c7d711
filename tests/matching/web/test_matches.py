"""The pages of a match: what each may do there, what it reads, and that a page does what the API does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ContactAccess, ContactCard, User, Volunteer
from accounts.web.dates import day
from matching.enums import AnswerValue, EndReason, MatchState, Side
from matching.models import Answer, Match, MatchEvent, MatchMessage
from matching.selectors.conversation import DAYS_AFTER
from matching.selectors.matches import events_of
from matching.selectors.viewers import viewer_of
from matching.services.answers import answer_match
from matching.services.conversation import send_message
from matching.services.endings import decline_match
from matching.web.match_acts import ACTS
from matching.web.matches import LIVE_SHOWN
from regions.enums import PermissionStatus
from regions.models import Need, Permission
from tests.builders import make_need, make_offer, make_party, make_slot
from tests.matching import saga as story
from tests.matching.desk import knowing_each_other

pytestmark = pytest.mark.django_db
WHY = {"reasons": ["work_fits"]}


def on_day(days: int) -> dict[str, object]:
    """A date of its own, so that one person can be at each."""
    start = timezone.now() + timedelta(days=days)
    return {"start_at": start, "end_at": start + timedelta(hours=3)}


@pytest.fixture
def asked(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    return story.asked(story.propose(mowing, hana_party), guide=mori)


def page(client: Client, match: Match, user: User):
    client.force_login(user)
    return client.get(reverse("match-page", args=[match.public_id]))


def act(client: Client, match: Match, name: str, user: User, **answers: object):
    client.force_login(user)
    return client.post(reverse("match-act", args=[match.public_id, name]), answers)


def offered(client: Client, match: Match, user: User) -> set[str]:
    answer = page(client, match, user)
    return {
        name for name in ACTS if reverse("match-act", args=[match.public_id, name]) in answer.content.decode()
    }


def test_each_may_do_what_the_table_says(
    client: Client, asked: Match, hana: User, ume: User, mori: User
) -> None:
    both = {"answer", "decline", "board-date", "extend", "promise", "withdraw", "other-dates"}
    assert offered(client, asked, hana) == both | {"people"}
    assert offered(client, asked, ume) == both | {"word-promise"}
    assert offered(client, asked, mori) == set()  # what a guide does has addresses of its own


def test_after_the_promise_comes_the_day_and_the_reasons_go_last(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User, hana: User, ume: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    mowing.bring = ["長靴"]
    mowing.save(update_fields=["bring"])
    Match.objects.filter(pk=match.pk).update(explanation=WHY)
    text = page(client, match, hana).content.decode()
    assert text.index("これからのこと") < text.index("ここまでの道のり") < text.index("合いそうな理由")
    assert "長靴" in text[text.index("これからのこと") : text.index("ここまでの道のり")]
    assert "長靴" not in page(client, match, ume).content.decode()  # the community brings its own
    match.slots.update(start_at=timezone.now() - timedelta(days=2), end_at=timezone.now() - timedelta(days=1))
    text = page(client, match, hana).content.decode()
    assert "これからのこと" not in text
    assert "日程は終わりました" in text


def test_sides_are_asked_for_their_thanks_on_the_page(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User, hana: User, ume: User
) -> None:
    match = story.completed(mowing, hana_party, guide=mori)
    asked_for = "ひとことお礼を書いてみませんか"
    for side in (hana, ume):
        assert asked_for in page(client, match, side).content.decode()
    assert asked_for not in page(client, match, mori).content.decode()


def test_thanks_are_asked_for_until_they_are_said_or_can_be_said_no_more(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User, hana: User, ume: User
) -> None:
    match = story.completed(mowing, hana_party, guide=mori)
    now = timezone.now()
    Match.objects.filter(pk=match.pk).update(ended_at=now)
    asked_for = "ひとことお礼を書いてみませんか"
    before = send_message(match_id=match.pk, actor=hana, text="明日はよろしくお願いします")
    MatchMessage.objects.filter(pk=before.pk).update(sent_at=now - timedelta(days=1))
    assert asked_for in page(client, match, hana).content.decode()
    send_message(match_id=match.pk, actor=hana, text="ありがとうございました")
    assert asked_for not in page(client, match, hana).content.decode()
    assert asked_for in page(client, match, ume).content.decode()
    Match.objects.filter(pk=match.pk).update(ended_at=now - timedelta(days=DAYS_AFTER, minutes=1))
    assert asked_for not in page(client, match, ume).content.decode()


def test_one_person_is_one_person_in_english(client: Client, asked: Match, ume: User) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    text = page(client, asked, ume).content.decode()
    assert "(1 person)" in text
    assert "(1 people)" not in text


def test_before_the_promise_the_reasons_come_first(client: Client, asked: Match, hana: User) -> None:
    Match.objects.filter(pk=asked.pk).update(explanation=WHY)
    text = page(client, asked, hana).content.decode()
    assert text.index("合いそうな理由") < text.index("ここまでの道のり")
    assert "これからのこと" not in text


def permit(need: Need) -> None:
    """Every holder has granted it now."""
    Permission.objects.filter(offer__needs=need).update(status=PermissionStatus.GRANTED)


def test_sides_are_told_when_only_the_guide_is_left(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User, hana: User, ume: User
) -> None:
    match = story.waiting_for_permission(mowing, hana_party, guide=mori)
    told, ends = "約束に必要なことは、すべてそろいました", "までに約束が決まらないときは、自動で終わります"
    assert told not in page(client, match, hana).content.decode()
    permit(mowing)
    for side in (hana, ume):
        text = page(client, match, side).content.decode()
        assert told in text
        assert f"{day(Match.objects.get(pk=match.pk).lapse_at)}{ends}" in text
        assert "お返事がないときは" not in text
    assert told not in page(client, match, mori).content.decode()  # it is the guide's turn


def test_nothing_to_do_is_not_said_beside_a_card_to_fill_in(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User, hana: User, ume: User
) -> None:
    match = story.waiting_for_permission(mowing, hana_party, guide=mori)
    permit(mowing)
    rest, card = "このままお待ちください", "連絡先カードを書く"
    shown = page(client, match, hana).content.decode()
    assert (card in shown, rest in shown) == (True, False)
    assert rest in page(client, match, ume).content.decode()
    ContactCard.objects.filter(user=hana).update(emergency_contact="母 090-0000-0002")
    shown = page(client, match, hana).content.decode()
    assert (card in shown, rest in shown) == (False, True)


def test_pair_that_knows_each_other_is_told_too_when_a_permission_came_late(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User, hana: User, ume: User
) -> None:
    mowing.offers.add(make_offer(mowing.region, permission=PermissionStatus.INFORMAL))
    match = story.asked(knowing_each_other(story.propose(mowing, hana_party)), guide=mori)
    story.all_consents(match, by=ume)
    story.both_answer(match, AnswerValue.YES)
    story.both_confirm_promise(match)
    told = "約束に必要なことは、すべてそろいました"
    assert told not in page(client, match, hana).content.decode()
    permit(mowing)
    assert story.state_of(match) == MatchState.ASKING
    for side in (hana, ume):
        assert told in page(client, match, side).content.decode()
    assert page(client, match, hana).context["card_lacks"] == ["緊急連絡先"]


def test_answer_is_recorded_as_by_the_api(client: Client, asked: Match, hana: User) -> None:
    answer = act(client, asked, "answer", hana, value="meet", note="楽しみです")
    assert answer["Location"] == reverse("match-page", args=[asked.public_id])
    row = Answer.objects.get(match=asked, side="party")
    assert (row.value, row.answered_by, row.on_behalf_of) == (AnswerValue.MEET, hana, "")
    assert MatchEvent.objects.filter(match=asked, move="answer").get().note == "楽しみです"


def test_officer_answers_on_the_record_as_the_office(client: Client, asked: Match, kenji: User) -> None:
    act(client, asked, "answer", kenji, value="meet")
    row = Answer.objects.get(match=asked, side="region")
    assert (row.value, row.answered_by) == (AnswerValue.MEET, kenji)
    assert row.on_behalf_of.startswith("佐賀県佐賀市")


def test_yes_is_not_offered_before_the_meeting_and_is_refused(
    client: Client, asked: Match, hana: User
) -> None:
    client.force_login(hana)
    form = client.get(reverse("match-act", args=[asked.public_id, "answer"])).context["form"]
    assert [value for value, _label in form.fields["value"].choices] == ["meet"]
    assert act(client, asked, "answer", hana, value="yes").status_code == 422
    assert story.state_of(asked) == MatchState.ASKING


def test_same_act_twice_says_how_things_stand(client: Client, asked: Match, hana: User) -> None:
    act(client, asked, "answer", hana, value="meet")
    events = MatchEvent.objects.count()
    again = client.post(
        reverse("match-act", args=[asked.public_id, "answer"]), {"value": "meet"}, follow=True
    )
    assert "この操作は、いまはできません。" in again.content.decode()
    assert MatchEvent.objects.count() == events


def test_refusal_of_the_service_stands_beside_the_field(client: Client, asked: Match, ume: User) -> None:
    past = (timezone.localdate() - timedelta(days=1)).isoformat()
    answer = act(client, asked, "board-date", ume, meets_on=past)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["meets_on"])


def test_decline_ends_it_and_the_other_side_reads_the_neutral_sentence(
    client: Client, asked: Match, hana: User, ume: User
) -> None:
    assert act(client, asked, "decline", hana, note="秘密").status_code == 422  # a reason is needed
    act(client, asked, "decline", hana, reason="distance", note="秘密のわけ")
    assert Match.objects.get(pk=asked.pk).end_reason == EndReason.DISTANCE
    text = page(client, asked, ume).content.decode()
    assert "今回は条件が合いませんでした" in text
    assert "秘密のわけ" not in text
    assert "距離" not in text
    assert "秘密のわけ" in page(client, asked, hana).content.decode()


def test_other_dates_begin_a_linked_match(client: Client, asked: Match, ume: User) -> None:
    later = make_slot(asked.need, start_at=timezone.now() + timedelta(days=80))
    act(client, asked, "other-dates", ume, slots=[later.pk])
    new = Match.objects.get(redated_from=asked)
    assert list(new.slots.all()) == [later]
    assert reverse("match-page", args=[new.public_id]) in page(client, asked, ume).content.decode()


@pytest.mark.parametrize("name", ["decline", "withdraw"])
def test_no_reason_is_said_before_one_is_chosen(client: Client, asked: Match, hana: User, name: str) -> None:
    client.force_login(hana)
    form = client.get(reverse("match-act", args=[asked.public_id, name])).context["form"]
    assert form.fields["reason"].choices[0] == ("", "選んでください")
    assert act(client, asked, name, hana, reason="").status_code == 422
    assert story.state_of(asked) == MatchState.ASKING


def test_cancelling_frees_the_places_and_never_offers_the_systems_reasons(
    client: Client, mowing: Need, hana_party: Volunteer, hana: User, mori: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    client.force_login(hana)
    form = client.get(reverse("match-act", args=[match.public_id, "cancel"])).context["form"]
    reasons = {value for value, _label in form.fields["reason"].choices}
    assert "cannot_come" in reasons
    assert reasons & {"no_record", "not_confirmed", "no_show"} == set()
    act(client, match, "cancel", hana, reason="cannot_come")
    assert story.state_of(match) == MatchState.CANCELLED
    assert not match.holds.filter(released_at=None).exists()


def test_contacts_are_a_look_on_record_and_only_after_the_promise(
    client: Client, mowing: Need, hana_party: Volunteer, hana: User, ume: User, mori: User
) -> None:
    match = story.asked(story.propose(mowing, hana_party), guide=mori)
    path = reverse("contacts-page", args=[match.public_id])
    client.force_login(ume)
    assert "090-0000-0001" not in client.post(path).content.decode()
    assert not ContactAccess.objects.exists()
    promised = story.agreed(mowing, make_party(name="別の人"), guide=mori)
    assert path not in page(client, match, ume).content.decode()
    seen = client.post(reverse("contacts-page", args=[promised.public_id]))
    assert ContactAccess.objects.filter(viewer=ume).count() == 1
    assert seen.status_code == 200
    client.force_login(hana)
    assert client.post(reverse("contacts-page", args=[promised.public_id])).status_code == 404


def test_administrator_is_shown_no_contacts_and_no_way_to_them(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User, hana: User, admin: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    path = reverse("contacts-page", args=[match.public_id])
    assert path in page(client, match, hana).content.decode()
    assert path not in page(client, match, admin).content.decode()
    answer = client.post(path)
    assert (answer.status_code, "090-0000-0001" in answer.content.decode()) == (404, False)
    assert not ContactAccess.objects.exists()


def test_contacts_are_no_page_one_comes_back_to(client: Client, asked: Match, hana: User) -> None:
    client.force_login(hana)
    answer = client.get(reverse("contacts-page", args=[asked.public_id]))
    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("match-page", args=[asked.public_id]),
    )


def test_outsider_finds_nothing(client: Client, asked: Match, yuki: User) -> None:
    client.force_login(yuki)
    for path in ("match-page", "contacts-page"):
        address = reverse(path, args=[asked.public_id])
        assert (client.get(address) if path == "match-page" else client.post(address)).status_code == 404
    assert act(client, asked, "answer", yuki, value="meet").status_code == 404


def test_list_shows_what_waits_first_and_what_is_past_last(
    client: Client, asked: Match, saga, hana: User, hana_party: Volunteer, mori: User
) -> None:
    past = story.asked(story.propose(make_need(saga, slots=[on_day(20)]), hana_party), guide=mori)
    decline_match(match_id=past.pk, actor=hana, reason=EndReason.DATES)
    client.force_login(hana)
    shown = client.get(reverse("match-list")).context
    assert [sight.match for sight in shown["waiting"]] == [asked]
    assert [sight.match for sight in shown["past"]] == [past]
    assert "今回は見送り" in client.get(reverse("match-list")).content.decode()
    act(client, asked, "answer", hana, value="meet")
    act(client, asked, "promise", hana)
    assert [sight.match for sight in client.get(reverse("match-list")).context["going_on"]] == [asked]


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_a_fixed_number_of_queries(
    client: Client, saga, hana: User, hana_party: Volunteer, mori: User, count: int, django_assert_num_queries
) -> None:
    for number in range(count):
        story.asked(story.propose(make_need(saga, slots=[on_day(30 + number)]), hana_party), guide=mori)
        ended = story.asked(
            story.propose(make_need(saga, slots=[on_day(40 + number)]), hana_party), guide=mori
        )
        decline_match(match_id=ended.pk, actor=hana, reason=EndReason.DATES)
    client.force_login(hana)
    with django_assert_num_queries(11):
        client.get(reverse("match-list"))


@pytest.mark.parametrize(("name", "queries"), [("hana", 15), ("ume", 16), ("mori", 21)])
def test_page_takes_a_fixed_number_of_queries(
    name: str,
    queries: int,
    client: Client,
    saga,
    hana_party: Volunteer,
    mori: User,
    request: pytest.FixtureRequest,
    django_assert_num_queries,
) -> None:
    need = make_need(saga, offers=[make_offer(saga, permission="informal")])
    match = story.asked(story.propose(need, hana_party), guide=mori)
    match.named_people.all().delete()  # then anybody of the party may be the one who comes
    client.force_login(request.getfixturevalue(name))
    with django_assert_num_queries(queries):
        answer = client.get(reverse("match-page", args=[match.public_id]))
    assert "permission" in answer.context["sight"].missing


@pytest.mark.parametrize(
    ("name", "is_led"), [("hana", False), ("ume", True), ("kenji", True), ("mori", True)]
)
def test_missing_permission_leads_to_the_offer_for_who_keeps_it(
    name: str,
    is_led: bool,
    client: Client,
    saga,
    hana_party: Volunteer,
    mori: User,
    request: pytest.FixtureRequest,
) -> None:
    offer = make_offer(saga, title="まだ内諾の道", permission="informal")
    match = story.asked(story.propose(make_need(saga, offers=[offer]), hana_party), guide=mori)
    path = reverse("place-offer", args=[saga.public_id, offer.public_id]) + f"?match={match.public_id}"
    content = page(client, match, request.getfixturevalue(name)).content.decode()
    assert (f'href="{path}"' in content) == is_led
    assert (client.get(path).status_code == 200) == is_led
    if is_led:
        assert f'href="{reverse("match-page", args=[match.public_id])}"' in client.get(path).content.decode()


def test_whom_to_call_comes_before_everything_else_of_the_page(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User, ume: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    text = page(client, match, ume).content.decode()
    assert text.index(reverse("contacts-page", args=[match.public_id])) < text.index("<h2")


def test_participant_is_asked_for_what_the_contact_card_lacks(
    client: Client, asked: Match, hana: User, ume: User
) -> None:
    assert page(client, asked, hana).context["card_lacks"] == []  # there is one thing to do: to answer
    story.both_answer(asked, AnswerValue.MEET)
    assert page(client, asked, hana).context["card_lacks"] == ["緊急連絡先"]
    assert page(client, asked, ume).context["card_lacks"] == []
    ContactCard.objects.filter(user=hana).update(emergency_contact="母 090-0000-0002")
    assert "連絡先カードを書く" not in page(client, asked, hana).content.decode()


def test_both_answers_are_told_once_where_they_lead_to_a_meeting(
    client: Client, asked: Match, ume: User
) -> None:
    story.both_answer(asked, AnswerValue.MEET)
    told = {scene.text: scene.said for scene in page(client, asked, ume).context["scenes"]}
    assert (told["返事をしました"], told["両方が「会ってみる」と答えました"]) == ("会ってみる", "")


def test_history_of_an_ending_does_not_show_who_had_been_willing(
    client: Client, asked: Match, hana: User, ume: User
) -> None:
    act(client, asked, "answer", ume, value="meet")
    assert "「会ってみる」" not in page(client, asked, hana).content.decode()
    act(client, asked, "decline", hana, reason="distance")
    asked.refresh_from_db()
    moves = [event.move for event in events_of(asked, viewer_of(hana, [asked]))]
    assert moves == ["propose", "approve", "decline"]
    assert [event.move for event in events_of(asked, viewer_of(ume, [asked]))] == [
        "propose",
        "approve",
        "answer",
        "decline",
    ]


def test_note_a_guide_wrote_is_not_read_by_the_side_it_is_about(
    client: Client, asked: Match, hana: User, mori: User
) -> None:
    answer_match(
        match_id=asked.pk,
        actor=mori,
        value=AnswerValue.MEET,
        side=Side.PARTY,
        on_behalf_of="花さん",
        note="不機嫌だった",
    )
    text = page(client, asked, hana).content.decode()
    assert "不機嫌だった" not in text
    assert "（代理で入力：花さん）" in text
    assert "不機嫌だった" in page(client, asked, mori).content.decode()


def test_answered_and_confirmed_leaves_nothing_to_do_twice(client: Client, asked: Match, hana: User) -> None:
    act(client, asked, "answer", hana, value="meet")
    assert offered(client, asked, hana) & {"answer", "board-date", "extend"} == set()
    assert page(client, asked, hana).context["first"][0] == "promise"
    act(client, asked, "promise", hana)
    assert page(client, asked, hana).context["first"] is None


def test_other_side_does_not_learn_of_a_new_proposal_before_its_guide_approves(
    client: Client, asked: Match, hana: User, ume: User, mori: User
) -> None:
    later = make_slot(asked.need, start_at=timezone.now() + timedelta(days=80))
    act(client, asked, "other-dates", ume, slots=[later.pk])
    new = Match.objects.get(redated_from=asked)
    assert new.public_id not in page(client, asked, hana).content.decode()
    story.asked(new, guide=mori)
    assert new.public_id in page(client, asked, hana).content.decode()


def test_administrator_is_not_offered_a_look_at_cards(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User, admin: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    assert reverse("contacts-page", args=[match.public_id]) not in page(client, match, admin).content.decode()
    assert client.post(reverse("contacts-page", args=[match.public_id])).status_code == 404


def test_officers_plan_says_for_whom_it_was_entered(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User, kenji: User
) -> None:
    match = story.both_answer(story.asked(story.propose(mowing, hana_party), guide=mori), AnswerValue.MEET)
    at = timezone.localtime() + timedelta(days=3)
    act(client, match, "plan", kenji, how="phone", planned_at=at.strftime("%Y-%m-%dT%H:%M"))
    assert match.events.get(move="plan_meeting").on_behalf_of.startswith("佐賀県佐賀市")


def test_who_is_in_charge_on_site_is_named_after_the_promise(
    client: Client, mowing: Need, hana_party: Volunteer, hana: User, mori: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    assert "区役の世話役" in page(client, match, hana).content.decode()
    Match.objects.filter(pk=match.pk).update(state=MatchState.MEETING)
    assert "区役の世話役" not in page(client, match, hana).content.decode()


@pytest.mark.slow
def test_every_match_that_goes_on_can_be_reached(client: Client, saga, mori: User) -> None:
    made = {story.propose(make_need(saga), make_party()).public_id for _number in range(LIVE_SHOWN + 2)}
    client.force_login(mori)
    first, second = (client.get(f"{reverse('match-list')}?live={page}") for page in ("1", "2"))
    seen = [{sight.match.public_id for sight in shown.context["going_on"]} for shown in (first, second)]
    assert [len(each) for each in seen] == [LIVE_SHOWN, 2]
    assert seen[0] | seen[1] == made
    assert "?live=2" in first.content.decode()
    assert client.get(f"{reverse('match-list')}?live=nonsense").context["live"].number == 1


def test_answering_page_leads_to_the_no_as_well(client: Client, asked: Match, hana: User) -> None:
    client.force_login(hana)
    no = f'href="{reverse("match-act", args=[asked.public_id, "decline"])}"'
    seen = {
        act: no in client.get(reverse("match-act", args=[asked.public_id, act])).content.decode()
        for act in ("answer", "promise")
    }
    assert seen == {"answer": True, "promise": False}
