"""A pair put together by hand on the pages of a guide: the need, the participant, the proposal, and what refuses it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Volunteer
from accounts.services.parties import pause_party
from matching.enums import MatchState, Origin, Side
from matching.models import Block, Match, MatchRun, NeedDiagnosis, Relation
from matching.services.review import reject_match
from matching.services.weights import ensure_weights
from regions.enums import NeedStage
from regions.models import Need, Slot
from tests.builders import SHINJUKU, make_need, make_party, make_region, make_slot
from tests.matching import saga as story
from tests.matching.desk import suggested

pytestmark = pytest.mark.django_db
NEEDS = reverse("by-hand")


@pytest.fixture
def guide(client: Client, mori: User) -> Client:
    client.force_login(mori)
    return client


def known(need: Need, party: Volunteer, days: int = 2) -> Volunteer:
    Relation.objects.create(volunteer=party, region=need.region, days=days)
    return party


def parties_page(need: Need) -> str:
    return reverse("by-hand-party", args=[need.public_id])


def pair_page(need: Need, party: Volunteer) -> str:
    return reverse("by-hand-pair", args=[need.public_id, party.public_id])


def answers(need: Need, **others: object) -> dict[str, object]:
    return {"slots": [slot.pk for slot in need.slots.all()], "note": "祭りで話が合っていた"} | others


def test_open_needs_of_ones_own_communities_are_offered_the_nearest_date_first(
    guide: Client, mowing: Need
) -> None:
    make_need(make_region(municipality=SHINJUKU), title="よその草刈り")
    make_need(mowing.region, title="まだ相談", stage=NeedStage.CONSULTING, opened_at=None)
    dateless = make_need(mowing.region, title="日にち未定", slots=[])
    soon = make_need(mowing.region, slots=[{"start_at": timezone.now() + timedelta(days=2)}])
    page = guide.get(NEEDS)
    assert page.context["rows"] == [soon, mowing, dateless]
    text = page.content.decode()
    assert parties_page(mowing) in text
    assert "これから先の日にちがありません" in text


def test_needs_are_found_by_title_and_place(guide: Client, mowing: Need) -> None:
    other = make_need(mowing.region, title="水路の泥上げ")
    assert guide.get(NEEDS, {"words": "泥上げ 榎木谷"}).context["rows"] == [other]
    assert guide.get(NEEDS, {"words": "泥上げ 札幌"}).context["rows"] == []


def test_each_participant_says_whether_it_fits_or_what_is_in_the_way(
    guide: Client, mowing: Need, hana_party: Volunteer, yuki_party: Volunteer, riders: Volunteer, mori: User
) -> None:
    known(mowing, hana_party, 3), known(mowing, yuki_party, 2), known(mowing, riders, 1)
    suggested(mowing, riders, mori)
    page = guide.get(parties_page(mowing))
    rows = {choice.who.party: choice for choice in page.context["choices"]}
    assert list(rows) == [hana_party, yuki_party, riders]
    assert (rows[hana_party].fits, rows[hana_party].barrier) == (True, "")
    assert (rows[yuki_party].fits, rows[yuki_party].barrier) == (
        False,
        "参加者ができる作業が含まれていません。",
    )
    assert not rows[riders].who.can_be_proposed
    text = page.content.decode()
    assert rows[yuki_party].barrier in text
    assert pair_page(mowing, hana_party) in text
    assert pair_page(mowing, riders) not in text


def test_participants_are_found_by_name_home_kind_and_number(
    guide: Client, mowing: Need, hana_party: Volunteer, yuki_party: Volunteer
) -> None:
    known(mowing, hana_party), known(mowing, yuki_party)

    def found(words: str) -> list[Volunteer]:
        page = guide.get(parties_page(mowing), {"words": words})
        return [choice.who.party for choice in page.context["choices"]]

    assert found("花") == [hana_party]
    assert found("新宿") == [yuki_party]
    assert found("個人 福岡") == [hana_party]
    assert found(yuki_party.public_id) == [yuki_party]
    assert found("団体") == []


def test_who_is_not_listed_is_named_by_number(guide: Client, mowing: Need) -> None:
    party = make_party(name="名のらない団体")
    page = parties_page(mowing)
    assert guide.get(page).context["choices"] == []
    assert guide.get(page, {"party": f" {party.public_id} "}).url == pair_page(mowing, party)
    unknown = guide.get(page, {"party": "nobodyatall"})
    assert unknown.status_code == 422
    assert "この番号の参加者はいません" in unknown.content.decode()


def test_of_who_is_not_within_reach_neither_name_nor_evidence_is_shown(
    guide: Client, mowing: Need, hana_party: Volunteer
) -> None:
    stranger = make_party(name="名のらない団体", insurance="とても私的な保険")
    text = guide.get(pair_page(mowing, stranger)).content.decode()
    assert "名のらない団体" not in text
    assert "とても私的な保険" not in text
    known(mowing, stranger)
    text = guide.get(pair_page(mowing, stranger)).content.decode()
    assert "名のらない団体" in text
    assert "とても私的な保険" in text


def test_what_is_known_of_the_two_is_shown_before_anything_is_proposed(
    guide: Client, mowing: Need, hana_party: Volunteer, mori: User
) -> None:
    known(mowing, hana_party)
    page = guide.get(pair_page(mowing, hana_party))
    shown = page.context["hand"]
    assert not Match.objects.exists()
    match = suggested(mowing, hana_party, mori)
    assert shown.match.explanation == match.explanation
    assert (shown.match.people, shown.match.promise) == (match.people, match.promise)
    assert len(shown.evidence) == 7
    assert match.promise in page.content.decode()


def test_pair_is_proposed_and_lies_on_the_desk(guide: Client, mowing: Need, hana_party: Volunteer) -> None:
    known(mowing, hana_party)
    second = make_slot(mowing, start_at=timezone.now() + timedelta(days=90))
    done = guide.post(pair_page(mowing, hana_party), answers(mowing, slots=[second.pk], people="1"))
    match = Match.objects.get()
    assert done.url == reverse("desk-match", args=[match.public_id])
    assert (match.volunteer, match.need, match.origin, match.state, match.people) == (
        hana_party, mowing, Origin.GUIDE, MatchState.PROPOSED, 1,
    )  # fmt: skip
    assert list(match.slots.all()) == [second]
    assert match.events.get().note == "祭りで話が合っていた"
    assert "提案しました" in guide.get(done.url).content.decode()


def test_rule_in_the_way_is_said_and_refuses_nothing(
    guide: Client, mowing: Need, yuki_party: Volunteer
) -> None:
    text = guide.get(pair_page(mowing, yuki_party)).content.decode()
    assert "参加者ができる作業が含まれていません。" in text
    assert guide.post(pair_page(mowing, yuki_party), answers(mowing)).status_code == 302
    assert "no_work_fit" in Match.objects.get().explanation["failed"]


@pytest.mark.parametrize("missing", ["slots", "note"])
def test_dates_and_a_reason_are_asked_for(
    guide: Client, mowing: Need, hana_party: Volunteer, missing: str
) -> None:
    page = guide.post(pair_page(mowing, hana_party), answers(mowing, **{missing: ""}))
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {missing}
    assert not Match.objects.exists()


def test_more_people_than_come_are_refused_beside_the_field(
    guide: Client, mowing: Need, hana_party: Volunteer
) -> None:
    page = guide.post(pair_page(mowing, hana_party), answers(mowing, people="40"))
    assert (page.status_code, set(page.context["form"].errors)) == (422, {"people"})


def test_paused_and_blocked_are_refused_with_what_to_do(
    guide: Client, mowing: Need, hana_party: Volunteer, yuki_party: Volunteer, mori: User
) -> None:
    Block.objects.create(volunteer=hana_party, region=mowing.region, side=Side.REGION, made_by=mori)
    pause_party(actor=yuki_party.representative, party=yuki_party)
    blocked = guide.post(pair_page(mowing, hana_party), answers(mowing)).content.decode()
    assert "この地区とこの参加者の組み合わせでは、提案できません" in blocked
    assert "別の参加者を選んでください" in blocked
    paused = guide.post(pair_page(mowing, yuki_party), answers(mowing)).content.decode()
    assert "参加者とお話しになるか" in paused
    assert not Match.objects.exists()


def test_pair_that_is_spoken_of_leads_to_where_it_stands(
    guide: Client, mowing: Need, hana_party: Volunteer, mori: User
) -> None:
    match = suggested(mowing, hana_party, mori)
    assert guide.get(pair_page(mowing, hana_party)).url == reverse("desk-match", args=[match.public_id])
    again = guide.post(pair_page(mowing, hana_party), answers(mowing))
    assert again.status_code == 422
    assert reverse("desk-match", args=[match.public_id]) in again.content.decode()
    story.asked(match, guide=mori)
    assert guide.get(pair_page(mowing, hana_party)).url == reverse("match-page", args=[match.public_id])
    reject_again = story.propose(mowing, make_party())
    reject_match(match_id=reject_again.pk, actor=mori, reason="capacity")
    assert guide.get(pair_page(mowing, reject_again.volunteer)).status_code == 200


def test_full_and_dateless_needs_say_so(
    guide: Client, mowing: Need, hana_party: Volunteer, mori: User
) -> None:
    known(mowing, hana_party)
    story.asked(story.propose(mowing, make_party(size=5), people=5), guide=mori)
    Slot.objects.filter(need=mowing).update(places=5)
    page = guide.get(parties_page(mowing))
    assert "どの日も満員です" in page.content.decode()
    assert [choice.fits for choice in page.context["choices"] if choice.who.can_be_proposed] == [None]
    text = guide.get(pair_page(mowing, hana_party)).content.decode()
    assert "もっと空きのある日を選ぶか" in text
    assert "<textarea" not in text
    mowing.slots.update(cancelled_at=timezone.now())
    assert "これから先の日にちがないため" in guide.get(parties_page(mowing)).content.decode()
    assert (
        "この困りごとには、これから先の日にちがありません"
        in guide.get(pair_page(mowing, hana_party)).content.decode()
    )


def test_guide_of_another_place_and_others_are_kept_out(
    client: Client,
    mowing: Need,
    hana_party: Volunteer,
    hana: User,
    ume: User,
    kenji: User,
    admin: User,
    elsewhere: User,
) -> None:
    for user in (hana, ume, kenji, admin):
        client.force_login(user)
        assert client.get(NEEDS).status_code == 403
        assert client.post(pair_page(mowing, hana_party), answers(mowing)).status_code == 403
    client.force_login(elsewhere)
    assert client.get(NEEDS).context["rows"] == []
    assert client.get(parties_page(mowing)).status_code == 404
    assert client.post(pair_page(mowing, hana_party), answers(mowing)).status_code == 404
    assert not Match.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_a_fixed_number_of_queries(
    guide: Client, mowing: Need, count: int, django_assert_num_queries
) -> None:
    for _ in range(count):
        known(mowing, make_party())
    for _ in range(count - 1):
        make_need(mowing.region)
    with django_assert_num_queries(7):
        assert len(guide.get(NEEDS).context["rows"]) == count
    with django_assert_num_queries(48):
        assert len(guide.get(parties_page(mowing)).context["choices"]) == count


def test_desk_and_board_lead_here(guide: Client, mowing: Need, riders: Volunteer, mori: User) -> None:
    suggested(mowing, riders, mori)
    desk = guide.get(reverse("desk")).content.decode()
    assert NEEDS in desk
    assert parties_page(mowing) in desk
    NeedDiagnosis.objects.create(
        need=mowing, run=MatchRun.objects.create(requested_by=mori, weights=ensure_weights()), compared=9, feasible=0, rules=[], changes=[]
    )  # fmt: skip
    for page in ("board", "board-needs"):
        assert parties_page(mowing) in guide.get(reverse(page)).content.decode()
    assert NEEDS in guide.get(reverse("board")).content.decode()


def test_administrators_are_not_led_here(client: Client, mowing: Need, admin: User) -> None:
    client.force_login(admin)
    for page in ("board", "desk"):
        assert NEEDS not in client.get(reverse(page)).content.decode()
