"""A guide who was dismissed: the role opens no match, live ones go on with colleagues, ended ones keep the name."""

from __future__ import annotations

import pytest

from accounts.errors import NotAllowed
from accounts.models import Guide, Notification, Outbox, User, Volunteer
from accounts.services.organizations import GUIDE_ENDED, appoint_guide, dismiss_guide
from matching.enums import EndReason, MatchState
from matching.models import Match, MatchEvent
from matching.policies import matches_visible_to, roles_on
from matching.selectors.matches import guided_by
from matching.selectors.viewers import viewer_of
from matching.services.announce import recipients
from matching.services.review import approve_match, reject_match
from matching.transitions import Audience
from regions.models import Need
from regions.policies import guide_regions, is_covered
from tests.builders import make_need
from tests.matching import saga as story
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db


def in_hand_of(guide: Guide, need: Need, party: Volunteer) -> Match:
    match = story.propose(need, party)
    Match.objects.filter(pk=match.pk).update(guide=guide)
    match.refresh_from_db()
    return match


def told(kind: str) -> set[User]:
    return {row.user for row in Notification.objects.filter(kind=kind).select_related("user")}


def test_live_matches_go_to_a_colleague_and_ended_ones_keep_the_name(
    mowing: Need, hana_party: Volunteer, riders: Volunteer, mori: User, sato: User, admin: User
) -> None:
    live = in_hand_of(mori.guide, mowing, riders)
    ended = in_hand_of(mori.guide, make_need(mowing.region), hana_party)
    reject_match(match_id=ended.pk, actor=mori, reason=EndReason.OTHER, note="日程")
    drain_outbox()
    Notification.objects.all().delete()

    dismiss_guide(actor=admin, guide=mori.guide)
    drain_outbox()

    for match in (live, ended):
        match.refresh_from_db()
    assert (live.guide, ended.guide) == (sato.guide, mori.guide)
    assert (live.state, ended.state) == (MatchState.PROPOSED, MatchState.REJECTED)
    assert told("match_proposed_guide") == {sato}
    assert MatchEvent.objects.filter(match=live, move="assign", role="system").count() == 1
    assert not MatchEvent.objects.filter(match=ended, move="assign").exists()


def test_dismissed_guide_reads_and_decides_nothing(
    mowing: Need, riders: Volunteer, mori: User, sato: User, admin: User
) -> None:
    match = in_hand_of(mori.guide, mowing, riders)
    assert set(matches_visible_to(mori)) == {match}

    dismiss_guide(actor=admin, guide=mori.guide)  # before the outbox is emptied: nothing waits for it

    gone, match = User.objects.get(pk=mori.pk), Match.objects.get(pk=match.pk)
    assert not matches_visible_to(gone).exists()
    assert not Match.objects.filter(guided_by(gone)).exists()
    assert (roles_on(gone, match), viewer_of(gone, [match]).roles_on(match)) == (frozenset(), frozenset())
    assert not guide_regions(gone).exists()
    with pytest.raises(NotAllowed):
        approve_match(match_id=match.pk, actor=gone)
    assert approve_match(match_id=match.pk, actor=sato).state == MatchState.ASKING


def test_last_guide_leaves_the_match_to_the_administrators(
    mowing: Need, riders: Volunteer, mori: User, admin: User
) -> None:
    match = in_hand_of(mori.guide, mowing, riders)
    mowing.region.guide = mori.guide
    mowing.region.save()

    dismiss_guide(actor=admin, guide=mori.guide)
    drain_outbox()

    match.refresh_from_db()
    assert match.guide is None
    assert not is_covered(mowing.region)
    assert told("match_uncovered_admin") == {admin}


def test_handing_over_again_or_after_a_new_appointment_changes_nothing(
    mowing: Need, riders: Volunteer, mori: User, sato: User, admin: User
) -> None:
    match = in_hand_of(mori.guide, mowing, riders)
    dismiss_guide(actor=admin, guide=mori.guide)
    appoint_guide(actor=admin, organization=sato.guide.organization, user=mori)
    drain_outbox()
    match.refresh_from_db()
    assert match.guide == mori.guide
    assert match.guide is not None
    dismiss_guide(actor=admin, guide=match.guide)
    drain_outbox()
    Outbox.objects.filter(topic=GUIDE_ENDED).update(done_at=None)
    drain_outbox()
    match.refresh_from_db()
    assert match.guide == sato.guide
    assert MatchEvent.objects.filter(match=match, move="assign").count() == 1


@pytest.mark.parametrize("how", ["dismissed", "account closed"])
def test_until_it_is_handed_over_those_who_may_review_are_told(
    mowing: Need, riders: Volunteer, mori: User, sato: User, admin: User, how: str
) -> None:
    match = in_hand_of(mori.guide, mowing, riders)
    assert recipients(match, Audience.GUIDE) == [mori]
    if how == "dismissed":
        dismiss_guide(actor=admin, guide=mori.guide)
    else:
        User.objects.filter(pk=mori.pk).update(is_active=False)
    match = Match.objects.get(pk=match.pk)
    assert recipients(match, Audience.GUIDE) == [sato]
