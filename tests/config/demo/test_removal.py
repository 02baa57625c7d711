"""The demo, used in many ways over the services, beside real data: all of the one goes, nothing of the other."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from django.core import serializers
from django.core.management import call_command
from django.utils import timezone

from accounts.enums import LegalStatus, PartyKind
from accounts.models import AuditEntry, ContactAccess, Notification, Organization, Outbox, User, Volunteer
from accounts.services.contact_cards import save_contact_card
from accounts.services.inputs import AbilityInput
from accounts.services.members import invite_members, join_party
from accounts.services.organizations import create_organization
from accounts.services.parties import create_party
from accounts.services.reference import load_reference
from config.demo.loader import counted, is_loaded, load_demo
from config.demo.removal import remove_demo
from matching.enums import RunState
from matching.models import Candidate, Match, MatchEvent, MatchRun, NeedDiagnosis
from matching.services.blocks import block_other_side
from matching.services.disclosure import reveal
from matching.services.endings import redate_match
from matching.services.invariants import check_invariants
from matching.services.proposals import apply_for_need
from matching.services.runs import request_run
from regions.enums import NeedStage
from regions.models import MunicipalStaff, Need, Region, Representative
from regions.services.inputs import SlotInput, WorkInput
from regions.services.needs import post_need, update_need
from regions.services.offices import name_representative
from regions.services.regions import create_region, update_region
from tests.builders import (
    FUKUOKA,
    SAGA,
    at_tokyo,
    make_guide,
    make_need,
    make_organization,
    make_party,
    make_region,
    make_slot,
    make_user,
    sunday_ahead,
)
from tests.matching import saga as life
from tests.matching.running import matched
from tests.support.outbox import drain_outbox

pytestmark = [pytest.mark.django_db, pytest.mark.slow]  # each loads all of the reference data
PEOPLE = 12


@pytest.fixture(autouse=True)
def demo(db: None) -> None:
    load_reference()
    load_demo(people=PEOPLE, now=timezone.now())


def sample(**which: Any) -> User:
    return User.objects.filter(is_sample=True, **which).order_by("pk")[0]


def sample_region() -> Region:
    return Region.objects.get(is_sample=True, municipality=SAGA)


def sample_need() -> Need:
    """An open need of a sample community, with a date two months ahead."""
    need = sample_region().needs.filter(stage=NeedStage.OPEN, qualifications=None).order_by("pk")[0]
    need.slots.all().delete()
    make_slot(need, places=40)
    return need


def sample_guide() -> User:
    return User.objects.get(
        pk=Organization.objects.get(coverages__municipality=SAGA).guides.order_by("pk")[0].user_id
    )


def real_region() -> Region:
    """A real community in the city of a sample one; ``make_user`` speaks for it, another is its officer."""
    return make_region(name="ほんとうの里", representative=make_user(), staff=make_user())


def stands(*rows: Any) -> str:
    """The rows as the database has them."""
    return serializers.serialize("json", [type(row).objects.get(pk=row.pk) for row in rows])


def ids(model: type[Any]) -> set[str]:
    return set(model.objects.values_list("public_id", flat=True))


def assert_gone() -> None:
    """No sample row, no message and nothing owed that leads to one, and every invariant holds."""
    assert set(asdict(counted()).values()) == {0}
    assert not is_loaded()
    assert list(User.objects.filter(is_sample=True, is_active=True)) == []
    standing = {public_id for model in (User, Match, Need, Volunteer, MatchRun) for public_id in ids(model)}
    for row in (*Outbox.objects.all(), *Notification.objects.all()):
        assert not standing.isdisjoint(row.key.split(":")[1:3]), row.key
    drain_outbox()
    assert Outbox.objects.exclude(last_error="").count() == 0
    assert check_invariants(now=timezone.now()) == []


def test_an_unused_demo_leaves_nothing_and_loads_again() -> None:
    before = counted()
    removed = remove_demo()
    assert (removed.regions, removed.needs, removed.parties) == (before.regions, before.needs, before.parties)
    assert removed.accounts_closed == 0
    assert_gone()
    assert load_demo(people=PEOPLE, now=timezone.now()) == before


def test_removing_twice_or_where_there_is_no_demo_changes_nothing() -> None:
    remove_demo()
    real = make_need(real_region())
    before = (stands(real, real.region), AuditEntry.objects.count())
    assert set(asdict(remove_demo()).values()) == {0}
    assert (stands(real, real.region), AuditEntry.objects.count()) == before


def test_what_samples_made_among_themselves_is_gone() -> None:
    matched()
    officer, admin = sample(staffing__municipality=SAGA), sample(is_superuser=True)
    group = create_party(
        actor=sample(represented_parties__kind=PartyKind.INDIVIDUAL), kind=PartyKind.GROUP, name="新しい仲間",
        size=4, home_code=FUKUOKA, abilities=[AbilityInput(code="grass_hand", people=4)],
    )  # fmt: skip
    join_party(actor=sample_guide(), code=invite_members(actor=group.representative, party=group))
    create_region(actor=officer, municipality=sample_region().municipality, name="役所が登録した地区")
    create_organization(actor=admin, name="新しい団体", legal_status=LegalStatus.BUSINESS)
    post_need(
        actor=officer, region=sample_region(), title="水路のごみ拾い", work=[WorkInput(code="waterway")]
    )
    request_run(actor=admin)
    need = sample_need()
    match = life.agreed(need, group, guide=sample_guide(), people=4)
    assert reveal(match=match, viewer=life.speaker_of(match))
    other = life.propose(need, make_party(sample(is_superuser=True), name="管理者の家"))
    moved = make_slot(need, start_at=at_tokyo(sunday_ahead(90), 8), places=40)
    redate_match(match_id=other.pk, actor=sample_guide(), slots=[moved])
    block_other_side(match=match, actor=group.representative)
    drain_outbox()

    removed = remove_demo()
    assert removed.accounts_closed == 0
    assert removed.matches >= 3
    assert_gone()
    assert [
        model.objects.count() for model in (Match, MatchEvent, NeedDiagnosis, Candidate, ContactAccess)
    ] == [0] * 5
    assert [model.objects.count() for model in (Region, Organization, Volunteer, MunicipalStaff)] == [0] * 4
    assert set(User.objects.values_list("is_system", flat=True)) == {True}
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"demo.remove"}
    assert MatchRun.objects.exclude(scope="all").count() == 0


def test_what_is_real_stays_and_is_still_matched() -> None:
    guide = make_guide(make_organization(municipalities=[SAGA])).user
    region = real_region()
    Region.objects.filter(pk=region.pk).update(guide=guide.guide)
    need, party = make_need(Region.objects.get(pk=region.pk)), make_party()
    match = life.completed(need, party, guide=guide)
    open_need = make_need(region, title="まだ開いている")
    run = matched(open_need)
    idle = MatchRun.objects.create(scope="all", state="done", requested_by=guide, weights=run.weights)
    drain_outbox()
    kept = [region, need, party, match, open_need, idle, guide, party.representative]
    for rows in (match.events, match.answers, match.attendances, region.relations, region.representatives):
        assert rows.exists()
        kept += rows.all()
    kept += AuditEntry.objects.filter(actor=guide)
    before = stands(*kept)

    remove_demo()
    assert stands(*kept) == before
    assert_gone()
    assert {row.volunteer for row in open_need.matches.all()} == {party}
    newcomer = make_party()
    assert matched(open_need).state == RunState.DONE
    assert {row.volunteer for row in open_need.matches.all()} == {party, newcomer}


def test_who_was_compared_for_a_real_need_by_a_samples_run_stays_without_the_samples() -> None:
    need, party = make_need(real_region()), make_party()
    request_run(actor=sample(is_superuser=True))
    drain_outbox()
    compared = Candidate.objects.filter(need=need)
    assert compared.filter(volunteer=party).exists()
    remove_demo()
    assert [row.volunteer for row in Candidate.objects.all()] == [party]
    assert_gone()


def test_a_real_persons_application_to_a_sample_goes_and_the_person_stays() -> None:
    hana = make_user("花", email="hana@example.org")
    save_contact_card(actor=hana, full_name="本名", phone="090", address="住所")
    party, need = make_party(hana), sample_need()
    applied = apply_for_need(actor=hana, need=need, volunteer=party, slots=[need.slots.get()])
    match = life.asked(applied, guide=sample_guide())
    drain_outbox()
    taro = make_user("太郎")
    other = life.agreed(need, make_party(taro), guide=sample_guide())
    speaker = life.speaker_of(other)
    assert reveal(match=other, viewer=speaker)
    drain_outbox(timezone.now() + timedelta(minutes=1))
    assert taro.notifications.exists()

    removed = remove_demo()
    assert_gone()
    assert not Match.objects.filter(pk__in=[match.pk, other.pk]).exists()
    assert Volunteer.objects.filter(representative__in=[hana, taro]).count() == 2
    assert not taro.notifications.exists()
    # Who saw a real person's data stays on record.
    access = ContactAccess.objects.get(subject=taro)
    assert (access.viewer, access.viewer.is_active, removed.accounts_closed) == (speaker, False, 1)
    assert AuditEntry.objects.filter(actor=hana, target_id=match.public_id).exists()
    assert load_demo(people=PEOPLE, now=timezone.now()).regions == 11


def test_a_sample_that_touched_real_things_is_closed_and_the_things_stand() -> None:
    region, admin, guide = real_region(), sample(is_superuser=True), sample_guide()
    need, party = make_need(region), make_party(size=4, members=[sample(guide__isnull=False)])
    update_region(actor=admin, region=region, area="山の上")
    update_need(actor=admin, need=need, parking="広場")
    name_representative(actor=admin, region=region, role="会計", user=guide)
    match = life.agreed(need, party, guide=guide, people=3)
    run = request_run(actor=admin)
    drain_outbox()
    kept = [region, need, party, *match.events.all(), *match.answers.all(), *match.holds.all()]
    before = stands(*kept)

    removed = remove_demo()
    assert stands(*kept) == before
    assert_gone()
    match.refresh_from_db()
    assert (match.state, match.guide) == ("agreed", None)
    admin.refresh_from_db()
    guide.refresh_from_db()
    for account in (admin, guide):
        assert not any((account.is_active, account.is_staff, account.is_superuser))
        assert not account.has_usable_password()
        assert not hasattr(account, "contact_card")
        assert not account.notifications.exists()
    assert removed.accounts_closed == 2
    assert not Representative.objects.filter(user__is_sample=True).exists()
    assert AuditEntry.objects.filter(actor=admin, target_id=region.public_id).exists()
    assert run.pk is not None
    assert load_demo(people=PEOPLE, now=timezone.now()).guides == 8


def test_a_need_that_a_sample_officer_entered_for_a_real_community_is_a_sample() -> None:
    region, officer = real_region(), sample(staffing__municipality=SAGA)
    real = make_need(region)
    day = sunday_ahead()
    slot = SlotInput(start_at=at_tokyo(day, 8), end_at=at_tokyo(day, 12), places=3)
    posted = post_need(actor=officer, region=region, title="見本の困りごと", slots=[slot])
    remove_demo()
    assert list(region.needs.all()) == [real]
    assert not Need.objects.filter(pk=posted.pk).exists()
    assert_gone()


def test_the_command_says_what_it_could_only_close(capsys: pytest.CaptureFixture[str]) -> None:
    update_region(actor=sample(is_superuser=True), region=real_region(), area="山の上")
    call_command("remove_demo")
    said = capsys.readouterr().out
    assert "The sample data is gone." in said
    assert "1 sample accounts are closed" in said
