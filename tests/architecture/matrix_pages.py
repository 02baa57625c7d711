"""Who is answered how by the pages that are no API (GET). See ``tests.support.matrix``.

302 is the way to sign in, or for who is signed in the way on; the pages under accounts/ are allauth's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from accounts.enums import AgeBand
from accounts.models import Guide, User, Volunteer
from accounts.services.feeds import make_feed
from accounts.services.members import invite_members
from matching.models import Match, MatchRun, NeedDiagnosis, Relation
from matching.services.conversation import send_message
from matching.services.guardians import ask_guardian, code_of
from matching.services.reports import add_note, write_report
from matching.services.weights import ensure_weights
from regions.enums import NeedStage
from regions.services.need_sheets import keep_sheet
from tests.builders import at_tokyo, make_need, make_party, make_slot, sunday_ahead
from tests.matching import saga as story
from tests.matching.desk import compared, suggested
from tests.matching.reporting import told_of_accident
from tests.support.matrix import ROLES, Case, Scene, Values, everybody

STRANGERS_ONLY = (200, *(302,) * (len(ROLES) - 1))
GUIDES_ONLY = (302, *(403,) * 4, 200, 200)
GUIDES_ALONE = (302, *(403,) * 4, 200, 403)
"""Administrators propose nobody."""
SIGNED_IN_ONLY = (302, *(200,) * (len(ROLES) - 1))


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
    run = MatchRun.objects.create(requested_by=scene.admin, weights=ensure_weights())
    NeedDiagnosis.objects.create(
        need=make_need(scene.saga, title="電柵の見回り"), run=run, compared=412, feasible=0,
        rules=[{"code": "no_common_date", "failed": 405, "only": 5}, {"code": "travel_too_far", "failed": 316, "only": 0}],
        best_change="no_common_date", best_change_brings=5,
    )  # fmt: skip
    return {}


def with_colleagues(scene: Scene) -> Values:
    """A colleague who is away, with a note."""
    today = timezone.localdate()
    Guide.objects.filter(user=scene.sato).update(
        absent_from=today, absent_until=today + timedelta(days=6), stand_in=scene.mori.guide,
        handover="榎木谷は四月に区長が替わりました。前の区長が五月まで一緒に見てくれます。",
    )  # fmt: skip
    return {}


DESK = (302, 404, 404, 200, 200, 200, 200)
"""A community's desk: its representative, its officer, its guide, administrators."""
HANA_ONLY = (302, 404, 200, 404, 404, 404, 404)
KENJI_ONLY = (302, 404, 404, 404, 200, 404, 404)
PRINTERS = (302, 404, 404, 200, 200, 200, 200)


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


CASES = [
    Case("home", "GET", everybody(200)),
    Case("need-list", "GET", everybody(200)),
    Case("need-page", "GET", everybody(200), where=lambda scene: {"public_id": scene.mowing.public_id}),
    Case(
        "community-page",
        "GET",
        everybody(200),
        where=lambda scene: {"public_id": scene.mowing.region.public_id},
    ),
    Case("need-circular", "GET", PRINTERS, where=lambda scene: {"public_id": scene.mowing.public_id}),
    Case("need-receipt", "GET", PRINTERS, where=lambda scene: {"public_id": scene.mowing.public_id}),
    Case("emergency-card", "GET", PRINTERS, where=lambda scene: {"public_id": scene.mowing.public_id}),
    Case("emergency-sheet", "GET", PRINTERS, where=lambda scene: {"public_id": scene.mowing.public_id}),
    Case("need-emergency", "GET", PRINTERS, where=lambda scene: {"public_id": scene.mowing.public_id}),
    Case(
        "region-emergency",
        "GET",
        PRINTERS,
        where=lambda scene: {"public_id": scene.mowing.region.public_id},
    ),
    Case("paper-list", "GET", PRINTERS, where=community_with_paper),
    Case("region-circulars", "GET", PRINTERS, where=community_with_paper),
    Case("organization-list", "GET", everybody(200)),
    Case(
        "organization-page",
        "GET",
        everybody(200),
        where=lambda scene: {"public_id": scene.organization.public_id},
    ),
    Case("how-it-works", "GET", everybody(200)),
    Case("accessibility", "GET", everybody(200)),
    Case("credits", "GET", everybody(200)),
    Case("join-begin", "GET", everybody(302)),
    Case("join", "GET", everybody(200), where=lambda _scene: {"step": "days"}),
    Case("join-check", "GET", everybody(302)),
    Case("start", "GET", everybody(302)),
    Case("for-you", "GET", (302, 200, 200, 302, 302, 302, 302)),
    Case(
        "need-apply",
        "GET",
        (302, 200, 200, 302, 302, 302, 302),
        where=lambda scene: {"public_id": scene.mowing.public_id},
    ),
    Case("calendar", "GET", SIGNED_IN_ONLY),
    Case("calendar-feed-new", "GET", everybody(302)),
    Case("calendar-feed-remove", "GET", everybody(302)),
    Case(
        "calendar-feed", "GET", everybody(200), where=lambda scene: {"secret": make_feed(actor=scene.hana)}
    ),  # who knows the address needs no account
    Case("watch-list", "GET", SIGNED_IN_ONLY),
    Case("watch-new", "GET", everybody(302)),
    Case(
        "watch-remove",
        "GET",
        everybody(302),
        where=lambda _scene: {"public_id": "abc"},
    ),
    Case("place-list", "GET", SIGNED_IN_ONLY),
    Case("place-desk", "GET", DESK, where=community),
    Case("place-dates", "GET", DESK, where=community),
    Case("place-needs", "GET", DESK, where=community),
    Case("place-need", "GET", DESK, where=open_need),
    Case("need-new", "GET", DESK, where=community),
    Case("need-revise", "GET", DESK, where=open_need),
    Case("need-dates", "GET", DESK, where=open_need),
    Case("need-read", "GET", DESK, where=draft),
    Case("need-again", "GET", DESK, where=last_years),
    Case("need-act", "GET", DESK, where=lambda scene: open_need(scene) | {"act": "pause"}),
    Case("place-date", "GET", DESK, where=rainy_date),
    Case("place-check", "GET", DESK, where=community),
    Case("place-offers", "GET", DESK, where=community),
    Case("offer-new", "GET", DESK, where=community),
    Case("place-offer", "GET", DESK, where=offer),
    Case("offer-revise", "GET", DESK, where=offer),
    Case("permission-new", "GET", DESK, where=offer),
    Case("permission-revise", "GET", DESK, where=holder),
    Case("place-needs-file", "GET", DESK, where=as_file(community)),
    Case("place-offers-file", "GET", DESK, where=as_file(community)),
    Case("place-dates-file", "GET", DESK, where=as_file(community)),
    Case("sheet-new", "GET", (302, 403, 403, 200, 200, 200, 200)),
    Case(
        "sheet-template", "GET", (302, 403, 403, 200, 200, 200, 200), where=lambda _scene: {"state": "filled"}
    ),
    Case("sheet-page", "GET", KENJI_ONLY, where=sheet_of_kenji),
    Case("sheet-errors", "GET", KENJI_ONLY, where=sheet_of_kenji),
    Case("list-file", "GET", SIGNED_IN_ONLY, where=as_file(lambda _scene: {"which": "matches"})),
    Case("need-list-file", "GET", everybody(200), where=as_file(lambda _scene: {})),
    Case("place-rules", "GET", DESK, where=community),
    Case("place-rule", "GET", DESK, where=lambda scene: community(scene) | {"rule": "consents"}),
    Case("my-data", "GET", SIGNED_IN_ONLY),
    Case("notice-settings", "GET", SIGNED_IN_ONLY),
    Case("my-data-export", "GET", SIGNED_IN_ONLY),
    Case("my-data-pause", "GET", everybody(302)),
    Case("my-data-resume", "GET", everybody(302)),
    Case("my-data-erase", "GET", SIGNED_IN_ONLY),
    Case("profile", "GET", SIGNED_IN_ONLY),
    Case("me-name", "GET", SIGNED_IN_ONLY),
    Case("me-contact", "GET", SIGNED_IN_ONLY),
    Case("party-new", "GET", (302, 200, 200, 302, 302, 302, 302)),
    Case("party-page", "GET", HANA_ONLY, where=lambda scene: {"public_id": scene.hana_party.public_id}),
    Case(
        "party-task",
        "GET",
        HANA_ONLY,
        where=lambda scene: {"public_id": scene.hana_party.public_id, "task": "abilities"},
    ),
    Case("party-members", "GET", HANA_ONLY, where=lambda scene: {"public_id": group_of(scene).public_id}),
    Case(
        "member-remove",
        "GET",
        (302, 200, 200, 404, 404, 404, 404),  # yuki leaves, hana takes her out
        where=lambda scene: {"public_id": group_of(scene).public_id, "user_id": scene.yuki.public_id},
    ),
    Case(
        "group-join",
        "GET",
        everybody(200),
        where=lambda scene: {"code": invite_members(actor=scene.hana, party=group_of(scene))},
    ),
    Case("board", "GET", GUIDES_ONLY, where=with_a_board),
    Case("board-list", "GET", GUIDES_ONLY, where=lambda scene: with_a_board(scene) | {"when": "overdue"}),
    Case("board-needs", "GET", GUIDES_ONLY, where=with_a_board),
    Case("own-desk", "GET", (302, 404, 404, 404, 404, 200, 404), where=with_colleagues),
    Case(
        "colleague-desk",
        "GET",
        (302, 404, 404, 404, 404, 200, 200),
        where=lambda scene: with_colleagues(scene) | {"user_id": scene.sato.public_id},
    ),
    Case("calls", "GET", GUIDES_ONLY, where=with_a_board),
    Case("call-number", "GET", everybody(302), where=lambda scene: asked_match(scene) | {"side": "party"}),
    Case("slips", "GET", (302, 403, 403, 200, 200, 200, 403)),
    Case("match-list", "GET", SIGNED_IN_ONLY),
    Case("match-page", "GET", (302, 404, 200, 200, 200, 200, 200), where=asked_match),
    Case(
        "match-act",
        "GET",
        (302, 404, 200, 200, 200, 302, 302),
        where=lambda scene: asked_match(scene) | {"act": "answer"},
    ),
    Case("match-circular", "GET", PRINTERS, where=asked_match),
    Case("match-roster", "GET", everybody(302), where=asked_match),
    Case("desk", "GET", GUIDES_ONLY),
    Case("desk-together", "GET", GUIDES_ONLY),
    Case("by-hand", "GET", GUIDES_ALONE, where=nothing_yet),
    Case("by-hand-party", "GET", GUIDES_ALONE, where=need_with_a_choice),
    Case("by-hand-pair", "GET", GUIDES_ALONE, where=pair_to_propose),
    Case("desk-match", "GET", GUIDES_ONLY, where=proposed_match),
    Case("desk-undo", "GET", everybody(302), where=asked_match),
    Case("desk-interview", "GET", (302, 404, 404, 404, 404, 200, 200), where=asked_match),
    Case("desk-another", "GET", GUIDES_ONLY, where=compared_party),
    Case("desk-decide", "GET", GUIDES_ONLY, where=lambda scene: proposed_match(scene) | {"act": "approve"}),
    Case("message-list", "GET", (302, 404, 200, 200, 200, 200, 404), where=spoken_match),
    Case("match-guardians", "GET", (302, 404, 200, 404, 404, 200, 200), where=asked_match),
    Case("report-new", "GET", (302, 404, 200, 200, 200, 200, 404), where=promised_match),
    Case("report-page", "GET", (302, 404, 200, 200, 200, 200, 404), where=reported),
    Case(
        "report-reached",
        "GET",
        (302, 404, 404, 404, 404, 200, 404),
        where=lambda scene: reported(scene) | {"who": "insurer"},
    ),
    Case("guardian", "GET", everybody(200), where=lambda scene: {"code": guardian_code(scene)}),
    Case("contacts-page", "GET", everybody(302), where=asked_match),
    Case("terms", "GET", everybody(200)),
    Case("privacy", "GET", everybody(200)),
    Case(
        "healthz", "GET", everybody(503)
    ),  # no broker, no worker in this test: open to everybody all the same
    Case("api-schema", "GET", everybody(200)),
    Case("api-docs", "GET", everybody(200)),
    Case("set_language", "GET", everybody(302)),
    Case("account_login", "GET", STRANGERS_ONLY),
    Case("account_signup", "GET", STRANGERS_ONLY),
    Case("account_logout", "GET", SIGNED_IN_ONLY),
    Case("account_inactive", "GET", everybody(200)),
    Case("account_reauthenticate", "GET", SIGNED_IN_ONLY),
    Case("account_email", "GET", SIGNED_IN_ONLY),
    Case("account_email_verification_sent", "GET", everybody(302)),
    Case("account_change_password", "GET", SIGNED_IN_ONLY),
    Case("account_set_password", "GET", everybody(302)),
    Case("account_reset_password", "GET", everybody(200)),
    Case("account_confirm_login_code", "GET", everybody(302)),
    Case("account_reset_password_from_key_done", "GET", everybody(200)),
    Case(
        "account_reset_password_from_key",
        "GET",
        everybody(200),
        where=lambda _scene: {"uidb36": "a", "key": "b"},
    ),
    Case("account_reset_password_done", "GET", everybody(200)),
    Case("account_request_login_code", "GET", STRANGERS_ONLY),
    Case("mfa_index", "GET", SIGNED_IN_ONLY),
    Case("mfa_authenticate", "GET", everybody(302)),
    Case("mfa_reauthenticate", "GET", (302, 302, 302, 302, 200, 200, 200)),
    Case("mfa_activate_totp", "GET", everybody(302)),
    Case("mfa_deactivate_totp", "GET", (302, 404, 404, 404, 302, 302, 302)),
    Case("mfa_view_recovery_codes", "GET", (302, *(404,) * 6)),
    Case("mfa_generate_recovery_codes", "GET", everybody(302)),
    Case("mfa_download_recovery_codes", "GET", (302, *(404,) * 6)),
    Case("mfa_list_webauthn", "GET", SIGNED_IN_ONLY),
    Case("mfa_add_webauthn", "GET", everybody(302)),
    Case("mfa_reauthenticate_webauthn", "GET", everybody(302)),
    Case("mfa_remove_webauthn", "GET", everybody(302), where=lambda _scene: {"pk": 1}),
    Case("mfa_edit_webauthn", "GET", everybody(302), where=lambda _scene: {"pk": 1}),
    Case("mfa_login_webauthn", "GET", everybody(302)),
]
