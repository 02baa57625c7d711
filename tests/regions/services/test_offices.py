"""Representatives and their handover, and officers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from knox.models import AuthToken

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import AuditEntry
from accounts.services.tokens import issue_token
from regions.models import MunicipalStaff, Region, Representative
from regions.policies import acts_for_region, needs_second_factor, represented_regions, represents_region
from regions.services.offices import appoint_staff, dismiss_staff, name_representative
from tests.cast import FUKUOKA, make_municipality, make_user

pytestmark = pytest.mark.django_db
CHIEF = "自治会長"


def test_successor_takes_over_and_the_record_of_the_predecessor_stays(saga, ume, kenji):
    successor = make_user()
    made = name_representative(actor=kenji, region=saga, role=CHIEF, user=successor, term="2年")
    assert represents_region(successor, saga)
    assert not represents_region(ume, saga)
    today = timezone.localdate()
    assert made.from_on == today
    assert Representative.objects.get(user=ume).until_on == today - timedelta(days=1)
    entry = AuditEntry.objects.get()
    assert entry.details == {"role": CHIEF, "user": successor.public_id, "from": today.isoformat()}


def test_handover_in_april_is_entered_beforehand(saga, ume):
    successor = make_user()
    april = timezone.localdate() + timedelta(days=30)
    name_representative(actor=ume, region=saga, role=CHIEF, user=successor, from_on=april)
    assert represents_region(ume, saga)
    assert not represents_region(successor, saga)
    assert Representative.objects.get(user=ume).until_on == april - timedelta(days=1)


def test_other_office_leaves_the_chief_in_place(saga, ume, kenji):
    name_representative(actor=kenji, region=saga, role="山の管理委員", contact_way="電話")
    assert represents_region(ume, saga)
    assert saga.representatives.count() == 2


def test_representative_without_an_account_ends_the_predecessor_too(saga, ume, kenji):
    name_representative(actor=kenji, region=saga, role=CHIEF, contact_way="電話・回覧板")
    assert not represents_region(ume, saga)


def test_one_person_holds_one_office_of_a_community(saga, ume, kenji):
    with pytest.raises(Conflict) as caught:
        name_representative(actor=kenji, region=saga, role="世話役", user=ume)
    assert caught.value.code == "representative_in_office"
    assert represents_region(ume, saga)


def test_same_person_stays_for_another_term(saga, ume, kenji):
    name_representative(actor=kenji, region=saga, role=CHIEF, user=ume, term="二期目")
    assert represents_region(ume, saga)
    assert saga.representatives.count() == 2


def test_successor_cannot_come_before_the_holder_came(saga, kenji):
    name_representative(actor=kenji, region=saga, role=CHIEF)
    with pytest.raises(Invalid) as caught:
        name_representative(actor=kenji, region=saga, role=CHIEF)
    assert caught.value.code == "term_before_present"
    assert saga.representatives.count() == 2


def test_nobody_is_put_into_an_office_before_a_holder_whose_first_day_is_unknown(saga, ume, kenji):
    """Or the one who speaks today would have left before the community was even recorded."""
    Region.objects.filter(pk=saga.pk).update(created_at=timezone.now() - timedelta(days=100))
    recorded = timezone.localdate() - timedelta(days=100)
    for from_on in (date(1999, 1, 1), recorded - timedelta(days=1)):
        with pytest.raises(Invalid) as caught:
            name_representative(actor=kenji, region=saga, role=CHIEF, from_on=from_on)
        assert caught.value.code == "term_before_present"
    assert represents_region(ume, saga)
    assert Representative.objects.get(user=ume).until_on is None
    late = name_representative(actor=kenji, region=saga, role=CHIEF, from_on=recorded + timedelta(days=60))
    assert Representative.objects.get(user=ume).until_on == late.from_on - timedelta(days=1)


def test_an_office_nobody_holds_may_be_recorded_from_long_ago(saga, kenji):
    made = name_representative(actor=kenji, region=saga, role="山の管理委員", from_on=date(1999, 1, 1))
    assert made.from_on == date(1999, 1, 1)


@pytest.mark.parametrize(("role", "code"), [("", "text_missing"), ("x" * 61, "text_too_long")])
def test_wrong_role_is_refused(saga, kenji, role, code):
    with pytest.raises(Invalid) as caught:
        name_representative(actor=kenji, region=saga, role=role)
    assert caught.value.code == code


def test_stranger_names_nobody(saga, yuki):
    with pytest.raises(NotAllowed):
        name_representative(actor=yuki, region=saga, role=CHIEF, user=yuki)
    assert not represents_region(yuki, saga)


def test_administrator_appoints_an_officer_once(admin, hana):
    municipality = make_municipality()
    first = appoint_staff(actor=admin, municipality=municipality, user=hana, office="地域振興課")
    assert appoint_staff(actor=admin, municipality=municipality, user=hana) == first
    assert AuditEntry.objects.count() == 1


def test_officers_appoint_no_colleagues(saga, kenji, hana):
    with pytest.raises(NotAllowed):
        appoint_staff(actor=kenji, municipality=saga.municipality, user=hana)
    with pytest.raises(NotAllowed):
        appoint_staff(actor=hana, municipality=saga.municipality, user=hana)
    assert list(MunicipalStaff.objects.values_list("user", flat=True)) == [kenji.pk]


def test_officer_who_moved_on_acts_for_nobody_and_stays_on_record(admin, saga, kenji):
    name_representative(actor=kenji, region=saga, role="山の管理委員")
    issue_token(actor=kenji)
    assert (acts_for_region(kenji, saga), needs_second_factor(kenji)) == (True, True)

    for _time in range(2):
        dismiss_staff(actor=admin, municipality=saga.municipality, user=kenji)

    assert (acts_for_region(kenji, saga), needs_second_factor(kenji)) == (False, False)
    assert not represented_regions(kenji).exists()
    assert not AuthToken.objects.filter(user=kenji).exists()
    with pytest.raises(NotAllowed):
        name_representative(actor=kenji, region=saga, role="会計")
    ended = AuditEntry.objects.filter(action="municipality.dismiss_staff").get()
    assert ended.details["municipality"] == saga.municipality_id
    assert AuditEntry.objects.filter(action="region.name_representative", actor=kenji).count() == 1


def test_office_elsewhere_goes_on(admin, saga, kenji):
    other = make_municipality(FUKUOKA)
    appoint_staff(actor=admin, municipality=other, user=kenji)
    dismiss_staff(actor=admin, municipality=other, user=kenji)
    assert acts_for_region(kenji, saga)


def test_only_administrators_dismiss_officers(saga, kenji):
    for actor in (kenji, make_user()):
        with pytest.raises(NotAllowed):
            dismiss_staff(actor=actor, municipality=saga.municipality, user=kenji)
    assert acts_for_region(kenji, saga)
