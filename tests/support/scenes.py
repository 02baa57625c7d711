"""What stands in the database when a page is looked at: one function a scene, the parts of the address as its result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from accounts.enums import AgeBand
from accounts.models import Guide, User, Volunteer
from matching.enums import RunState
from matching.models import Match, MatchRun, NeedDiagnosis, Relation
from matching.reports.monthly import count_people
from matching.services.conversation import send_message
from matching.services.guardians import ask_guardian, code_of
from matching.services.reports import add_note, write_report
from matching.services.weights import ensure_weights
from regions.enums import NeedStage
from regions.services.need_sheets import keep_sheet
from tests.builders import (
    SHINJUKU,
    at_tokyo,
    make_asset_kind,
    make_need,
    make_party,
    make_slot,
    sunday_ahead,
)
from tests.matching import saga as story
from tests.matching.counted import people, proposed
from tests.matching.desk import compared, suggested
from tests.matching.reporting import told_of_accident
from tests.support.matrix import Scene, Values


def asked_match(scene: Scene) -> Values:
    """A match of hana's party in the community, in which both sides have been asked."""
    match = story.asked(story.propose(scene.mowing, scene.hana_party), guide=scene.mori)
    return {"public_id": match.public_id}


def proposed_match(scene: Scene) -> Values:
    """A proposal that nobody has decided on, with what the engine says of it."""
    return {"public_id": suggested(scene.mowing, scene.riders, scene.mori).public_id}


def compared_party(scene: Scene) -> Values:
    """The same, and somebody who was compared."""
    where = proposed_match(scene)
    compared(Match.objects.get(**where), scene.hana_party)
    return where | {"party": scene.hana_party.public_id}


def promised_match(scene: Scene) -> Values:
    """A promise between hana's party and the community."""
    return {"public_id": story.agreed(scene.mowing, scene.hana_party, guide=scene.mori).public_id}


def reported(scene: Scene) -> Values:
    """An accident that hana reported, to which the guide has added something."""
    match = Match.objects.get(**promised_match(scene))
    report = write_report(match_id=match.pk, actor=scene.hana, told=told_of_accident(match))
    add_note(
        report=report, actor=scene.mori, text="休憩のあとに、刃のかけをたしかめます。", tells_prevention=True
    )
    return {"public_id": report.public_id}


def nothing_yet(scene: Scene) -> Values:
    """An open need."""
    assert scene.mowing is not None
    return {}


def need_with_a_choice(scene: Scene) -> Values:
    """Somebody who fits, somebody who does not, and somebody of whom the two sides speak already."""
    compared(Match.objects.get(**proposed_match(scene)), scene.hana_party)
    for party in (scene.riders, scene.yuki_party):
        Relation.objects.create(volunteer=party, region=scene.saga, days=2)
    return {"need_id": scene.mowing.public_id}


def pair_to_propose(scene: Scene) -> Values:
    """The same, and one of them chosen."""
    return need_with_a_choice(scene) | {"party": scene.yuki_party.public_id}


def guardian_code(scene: Scene) -> str:
    """The link of a letter to the guardian of somebody of hana's group."""
    User.objects.filter(pk=scene.yuki.pk).update(age_band=AgeBand.MINOR)
    match = story.asked(story.propose(scene.mowing, group_of(scene)), guide=scene.mori)
    ask = ask_guardian(match_id=match.pk, actor=scene.hana, minor=scene.yuki, email="parent@example.org")
    return code_of(ask)


def group_of(scene: Scene) -> Volunteer:
    """A group that hana represents and yuki has joined."""
    return make_party(scene.hana, name="西の丘の会", size=12, members=[scene.yuki])


def lonely_need(scene: Scene) -> Values:
    """A need that finds nobody, and what would bring somebody."""
    need = make_need(scene.saga, title="電柵の見回り")
    run = MatchRun.objects.create(requested_by=scene.admin, weights=ensure_weights(), state=RunState.DONE)
    morning = {"start_at": "2027-06-12T09:00:00+09:00", "end_at": "2027-06-12T12:00:00+09:00"}
    NeedDiagnosis.objects.create(
        need=need, run=run, compared=412, feasible=0,
        rules=[{"code": "no_common_date", "failed": 405, "only": 5}, {"code": "travel_too_far", "failed": 316, "only": 0}],
        changes=[
            {"code": "no_common_date", "brings": 5, "detail": morning | {"is_window": False}},
            {"code": "no_wish_fit", "brings": 3, "detail": {"kind": make_asset_kind("onsen").code}},
            {"code": "first_visit_max", "brings": 2, "detail": {"people": 8}},
        ],
    )  # fmt: skip
    return {"public_id": scene.saga.public_id, "need_id": need.public_id}


def with_a_board(scene: Scene) -> Values:
    """Something of several kinds that is due, and a need that finds nobody."""
    now = timezone.now()
    asked = Match.objects.get(**asked_match(scene))
    asked.answers.update(due_at=now - timedelta(hours=30), overdue_at=now - timedelta(hours=29))
    late = story.propose(make_need(scene.saga, title="水路の泥上げ"), make_party(name="天神の家族"))
    Match.objects.filter(pk=late.pk).update(due_at=now - timedelta(days=2))
    soon = make_slot(make_need(scene.saga, title="道ぞいの草刈り"), start_at=now + timedelta(days=12))
    ready = story.agreed(soon.need, make_party(name="天ヶ瀬の会", size=8), guide=scene.mori)
    ready.preconditions.update(due_at=now + timedelta(days=2))
    lonely_need(scene)
    return {}


def with_colleagues(scene: Scene) -> Values:
    """A colleague who is away, with a note."""
    today = timezone.localdate()
    Guide.objects.filter(user=scene.sato).update(
        absent_from=today, absent_until=today + timedelta(days=6), stand_in=scene.mori.guide,
        handover="榎木谷は四月に区長が替わりました。前の区長が五月まで一緒に見てくれます。",
    )  # fmt: skip
    return {}


def community_with_paper(scene: Scene) -> Values:
    """The community of an open need, with somebody who wants to come."""
    asked_match(scene)
    return {"public_id": scene.mowing.region.public_id}


def community(scene: Scene) -> Values:
    """A community with a need that is open."""
    return {"public_id": scene.mowing.region.public_id}


def open_need(scene: Scene) -> Values:
    return community(scene) | {"need_id": scene.mowing.public_id}


def draft(scene: Scene) -> Values:
    """A need that is still being talked over."""
    need = make_need(scene.mowing.region, stage=NeedStage.CONSULTING, opened_at=None, title="秋の溝掃除")
    return community(scene) | {"need_id": need.public_id}


def last_years(scene: Scene) -> Values:
    """A need that was carried out last year."""
    last = at_tokyo(sunday_ahead(-350), 8)
    slots = [{"start_at": last, "end_at": last + timedelta(hours=4), "rain": "次の日曜"}]
    need = make_need(scene.mowing.region, stage=NeedStage.CLOSED, title="去年の草刈り", slots=slots)
    return community(scene) | {"need_id": need.public_id}


def rainy_date(scene: Scene) -> Values:
    """A date with a plan for rain on which hana's party may come."""
    asked_match(scene)
    slot = scene.mowing.slots.get()
    slot.rain = "次の日曜"
    slot.save(update_fields=["rain"])
    return community(scene) | {"slot_id": slot.public_id}


def offer(scene: Scene) -> Values:
    return community(scene) | {"offer_id": scene.trails.public_id}


def holder(scene: Scene) -> Values:
    return offer(scene) | {"row_id": scene.trails.permissions.get().pk}


def as_file(where: Callable[[Scene], Values]) -> Callable[[Scene], Values]:
    """The list of a page as a file."""
    return lambda scene: where(scene) | {"kind": "csv"}


def sheet_of_kenji(scene: Scene) -> Values:
    """A sheet the officer handed in: a new need, a changed one, and a row with a mistake."""
    community = scene.mowing.region.name
    lines = [
        "困りごとの番号,地区・集落,見出し,地元から出る人数,危ないこと",
        f",{community},春の溝掃除,4,",
        f"{scene.mowing.public_id},{community},{scene.mowing.title},9,",
        f",{community},茶畑の手入れ,四人,竜",
    ]
    sheet = keep_sheet(actor=scene.kenji, name="困りごと.csv", content="\r\n".join(lines).encode())
    return {"public_id": sheet.public_id}


def spoken_match(scene: Scene) -> Values:
    """The same, in which hana and the guide have written to each other."""
    where = asked_match(scene)
    match = Match.objects.get(**where)
    for actor in (scene.hana, scene.mori):
        send_message(match_id=match.pk, actor=actor, text="よろしくお願いします。")
    return where


def counted_people(scene: Scene) -> Values:
    """People of two ages, one of them in numbers, to whom something was proposed now and a year ago."""
    now = timezone.now()
    proposed(scene.mowing, people(13, age="20s", sex="female"), "willing")
    proposed(scene.mowing, people(3, age="60s", sex="male"), "promised")
    proposed(scene.mowing, people(6, home=SHINJUKU))
    proposed(scene.mowing, people(6, home=SHINJUKU), at=now - timedelta(days=366))
    count_people(now=now)
    return {}
