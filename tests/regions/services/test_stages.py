"""A need's way to the public, one step at a time, and what opening sets in motion."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import AuditEntry, Outbox, User
from regions.enums import NeedMode, NeedStage
from regions.models import Need
from regions.selectors.reviewers import matchable_needs
from regions.services.stages import advance_need, close_need, open_need, pause_need
from tests.cast import make_need, make_slot

pytestmark = pytest.mark.django_db


def a_need(region, stage=NeedStage.CONSENTED, **fields):
    return make_need(region, stage=stage, opened_at=None, **fields)


def told(kind: str) -> list[int]:
    rows = Outbox.objects.filter(payload__kind=kind).order_by("pk")
    return [row.payload["user_id"] for row in rows]


def test_need_walks_from_consultation_to_open(saga, ume, mori):
    need = a_need(saga, NeedStage.CONSULTING)
    need = advance_need(actor=ume, need=need, to=NeedStage.HEARING)
    need = advance_need(
        actor=ume, need=need, to=NeedStage.CONSENTED, note="役員会で了解（5月8日、区長から電話）"
    )
    need = advance_need(actor=ume, need=need, to=NeedStage.OPEN)
    need.refresh_from_db()
    assert need.stage == NeedStage.OPEN
    assert need.opened_at is not None
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["need.hearing", "need.consented", "need.open"]
    consent = AuditEntry.objects.get(action="need.consented")
    assert consent.details["note"] == "役員会で了解（5月8日、区長から電話）"


def test_open_need_is_owed_a_look_once(saga, ume, mori):
    need = open_need(actor=ume, need=a_need(saga))
    owed = Outbox.objects.get(topic="matching.rescore")
    assert owed.payload == {"need": need.pk}
    with pytest.raises(Conflict) as caught:
        open_need(actor=ume, need=need)
    assert caught.value.code == "need_stage"
    topics = Outbox.objects.order_by("topic").values_list("topic", flat=True)
    assert list(topics) == ["matching.need_opened", "matching.rescore"]


@pytest.mark.parametrize(
    ("stage", "to"),
    [
        (NeedStage.CONSULTING, NeedStage.CONSENTED),
        (NeedStage.CONSULTING, NeedStage.OPEN),
        (NeedStage.HEARING, NeedStage.CONSULTING),
        (NeedStage.HEARING, NeedStage.OPEN),
        (NeedStage.CONSENTED, NeedStage.HEARING),
        (NeedStage.OPEN, NeedStage.CONSENTED),
        (NeedStage.CLOSED, NeedStage.OPEN),
        (NeedStage.CLOSED, NeedStage.HEARING),
    ],
)
def test_no_stage_is_left_out_or_walked_back(saga, ume, stage, to):
    need = make_need(saga, stage=stage)
    with pytest.raises(Conflict) as caught:
        advance_need(actor=ume, need=need, to=to, note="理由")
    assert caught.value.code == "need_stage"
    assert Need.objects.get().stage == stage
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("note", "code"), [("", "text_missing"), (" ", "text_missing"), ("x" * 501, "text_too_long")]
)
def test_consent_without_a_fitting_note_is_not_noted(saga, ume, note, code):
    with pytest.raises(Invalid) as caught:
        advance_need(actor=ume, need=a_need(saga, NeedStage.HEARING), to=NeedStage.CONSENTED, note=note)
    assert caught.value.code == code
    assert Need.objects.get().stage == NeedStage.HEARING


def test_everything_missing_is_named_at_once(saga, ume):
    need = a_need(saga, work=[], slots=[], on_site_lead="")
    make_slot(need, start_at=timezone.now() - timezone.timedelta(days=1))
    with pytest.raises(Invalid) as caught:
        open_need(actor=ume, need=need)
    assert set(caught.value.fields) == {"on_site_lead", "work", "slots"}
    assert Need.objects.get().stage == NeedStage.CONSENTED


def test_help_from_afar_needs_no_lead_on_site(saga, ume, mori):
    need = a_need(saga, mode=NeedMode.REMOTE, on_site_lead="", slots=[{"is_remote": True}])
    assert open_need(actor=ume, need=need).stage == NeedStage.OPEN


def test_strangers_move_nothing(saga, yuki):
    need = a_need(saga)
    for act in (open_need, close_need):
        with pytest.raises(NotAllowed):
            act(actor=yuki, need=need)
    with pytest.raises(NotAllowed):
        advance_need(actor=yuki, need=a_need(saga, NeedStage.CONSULTING), to=NeedStage.HEARING)
    assert not AuditEntry.objects.exists()


def test_proxy_is_on_record(saga, kenji, mori):
    need = a_need(saga, posted_for="自治会長")
    open_need(actor=kenji, need=need)
    assert AuditEntry.objects.get().on_behalf_of == "自治会長"


def test_uncovered_need_is_opened_and_poster_and_administrators_are_told(saga, ume, admin):
    need = open_need(actor=ume, need=a_need(saga, posted_by=ume))
    assert need.stage == NeedStage.OPEN
    assert told("need_uncovered") == [ume.pk]
    assert told("need_uncovered_admin") == [admin.pk]
    assert Outbox.objects.filter(topic="matching.rescore").count() == 1


def test_need_whose_guides_have_all_left_is_uncovered(saga, ume, admin, mori):
    User.objects.filter(pk=mori.pk).update(is_active=False)
    open_need(actor=ume, need=a_need(saga, posted_by=ume))
    assert (told("need_uncovered"), told("need_uncovered_admin")) == ([ume.pk], [admin.pk])


def test_covered_need_is_opened_without_alarm(saga, ume, admin, mori):
    open_need(actor=ume, need=a_need(saga, posted_by=ume))
    assert told("need_uncovered") == told("need_uncovered_admin") == []


def test_message_names_no_more_of_the_community_than_is_public(saga, ume, admin):
    open_need(actor=ume, need=a_need(saga, posted_by=ume))
    contexts = [row.payload["context"] for row in Outbox.objects.exclude(payload__kind=None)]
    assert {context["region"] for context in contexts} == {"佐賀県佐賀市の地区"}


def test_closing_takes_an_open_need_down_and_owes_a_look(mowing, ume):
    closed = close_need(actor=ume, need=mowing)
    closed.refresh_from_db()
    assert closed.stage == NeedStage.CLOSED
    assert closed.closed_at is not None
    assert Outbox.objects.get().payload == {"need": mowing.pk}
    with pytest.raises(Conflict) as caught:
        close_need(actor=ume, need=mowing)
    assert caught.value.code == "need_closed"
    assert AuditEntry.objects.count() == 1


def test_consultation_is_closed_without_a_look(saga, ume):
    advance_need(actor=ume, need=a_need(saga, NeedStage.CONSULTING), to=NeedStage.CLOSED)
    assert Need.objects.get().stage == NeedStage.CLOSED
    assert not Outbox.objects.exists()


# A pause.
def test_paused_need_is_out_of_public_and_may_be_opened_again(mowing: Need, ume: User) -> None:
    opened_at = mowing.opened_at
    need = pause_need(actor=ume, need=mowing)
    assert (need.stage, need.opened_at) == (NeedStage.CONSENTED, opened_at)
    assert not matchable_needs().filter(pk=mowing.pk).exists()
    entry = AuditEntry.objects.get(action="need.pause")
    assert (entry.actor, entry.details["from"], entry.details["to"]) == (ume, "open", "consented")
    assert Outbox.objects.filter(topic="matching.rescore", payload__need=mowing.pk).exists()
    assert open_need(actor=ume, need=need).stage == NeedStage.OPEN


def test_pausing_twice_is_refused_the_second_time(mowing: Need, ume: User) -> None:
    pause_need(actor=ume, need=mowing)
    with pytest.raises(Conflict, match="need_not_open"):
        pause_need(actor=ume, need=mowing)
    assert AuditEntry.objects.filter(action="need.pause").count() == 1


def test_outsider_pauses_nothing(mowing: Need, hana: User) -> None:
    with pytest.raises(NotAllowed, match="not_your_community"):
        pause_need(actor=hana, need=mowing)
    assert Need.objects.get(pk=mowing.pk).stage == NeedStage.OPEN
