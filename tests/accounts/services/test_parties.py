"""Registering and keeping a party: what is stored, what is refused, what the matching is told."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.enums import ConsentKind, PartyKind, Transport
from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import AuditEntry, Consent, Outbox, PostalCode, Volunteer
from accounts.services.consents import TERMS_VERSION, give_consent, withdraw_consent
from accounts.services.inputs import AbilityInput, AbsenceInput, AvailabilityInput, HeldInput, WishInput
from accounts.services.parties import PARTIES_MAX, create_party, pause_party, resume_party, update_party
from tests.cast import (
    FUKUOKA,
    SAGA,
    agree_to_terms,
    make_asset_kind,
    make_municipality,
    make_party,
    make_qualification,
    make_user,
    make_work_kind,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def club_values():
    make_municipality(FUKUOKA)
    make_work_kind("grass_brushcutter")
    make_asset_kind("trail_mtb")
    make_qualification("brushcutter")
    return dict(
        kind=PartyKind.GROUP,
        name="山道の会",
        size=30,
        min_people=4,
        home_code=FUKUOKA,
        transport=Transport.CAR,
        travel_limit_minutes=480,
        youngest_age=13,
        has_minors=True,
        abilities=[AbilityInput(code="grass_brushcutter", level="experienced", people=14)],
        wishes=[WishInput(code="trail_mtb", weight=3)],
        qualifications=[HeldInput(code="brushcutter", people=12, expires_on=date(2028, 3, 31))],
        availabilities=[AvailabilityInput(weekdays=0b1100000)],
        absences=[AbsenceInput(from_on=date(2027, 8, 12), until_on=date(2027, 8, 16))],
    )


def owed(party: Volunteer) -> list[str]:
    rows = Outbox.objects.filter(topic="matching.rescore", payload={"party": party.pk})
    return list(rows.values_list("key", flat=True))


def nothing_written() -> bool:
    return not (Volunteer.objects.exists() or Outbox.objects.exists() or AuditEntry.objects.exists())


def test_group_is_stored_with_all_it_said(club_values):
    user = agree_to_terms(make_user("原田"))
    party = create_party(actor=user, **club_values)
    party.refresh_from_db()
    assert (party.name, party.size, party.min_people, party.home_id) == ("山道の会", 30, 4, FUKUOKA)
    assert party.representative == user
    assert [member.user for member in party.memberships.all()] == [user]
    assert list(party.abilities.values_list("work_kind__code", "level", "people")) == [
        ("grass_brushcutter", "experienced", 14)
    ]
    assert list(party.wishes.values_list("asset_kind__code", "weight")) == [("trail_mtb", 3)]
    assert list(party.held_qualifications.values_list("qualification__code", "people", "expires_on")) == [
        ("brushcutter", 12, date(2028, 3, 31))
    ]
    assert list(party.availabilities.values_list("weekdays", "months", "parts")) == [(0b1100000, 4095, 7)]
    assert list(party.absences.values_list("from_on", "until_on")) == [(date(2027, 8, 12), date(2027, 8, 16))]


def test_new_party_is_on_record_and_owed_a_look(club_values):
    user = agree_to_terms(make_user())
    party = create_party(actor=user, **club_values)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.target_id) == ("party.create", user, party.public_id)
    assert owed(party) == [f"rescore:party:{party.public_id}:{party.changed_at.isoformat()}"]


def test_individual_needs_little_more_than_a_home():
    make_municipality(FUKUOKA)
    party = create_party(actor=agree_to_terms(make_user("花")), kind=PartyKind.INDIVIDUAL, home_code=FUKUOKA)
    assert (party.name, party.size, party.min_people, party.transport) == ("花", 1, 1, Transport.BOTH)
    assert party.availabilities.count() == 1


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"size": 0}, "size_wrong", "size"),
        ({"size": 501}, "size_wrong", "size"),
        ({"size": "thirty"}, "number_wrong", "size"),
        ({"size": 3}, "min_people_wrong", "min_people"),
        ({"min_people": 0}, "min_people_wrong", "min_people"),
        ({"kind": PartyKind.INDIVIDUAL}, "individual_is_one", "size"),
        ({"kind": "horde"}, "choice_unknown", "kind"),
        ({"name": "x" * 121}, "text_too_long", "name"),
        ({"name": ""}, "text_missing", "name"),
        ({"note": "x" * 1_000_000}, "text_too_long", "note"),
        ({"note": "a\x00b"}, "value_wrong", "note"),
        ({"travel_limit_minutes": 5}, "number_wrong", "travel_limit_minutes"),
        ({"travel_limit_minutes": 100_000}, "number_wrong", "travel_limit_minutes"),
        ({"day_trip_limit_minutes": 1}, "number_wrong", "day_trip_limit_minutes"),
        ({"load_limit": 4}, "number_wrong", "load_limit"),
        ({"live_limit": 0}, "number_wrong", "live_limit"),
        ({"youngest_age": 121}, "number_wrong", "youngest_age"),
        ({"youngest_age": 20}, "ages_disagree", "youngest_age"),
        ({"has_minors": False}, "ages_disagree", "youngest_age"),
        ({"has_minors": "yes"}, "value_wrong", "has_minors"),
        ({"transport": "helicopter"}, "choice_unknown", "transport"),
        ({"home_code": "999999"}, "home_unknown", "home_code"),
        ({"home_code": "x" * 1000}, "home_unknown", "home_code"),
        ({"home_code": ""}, "home_missing", "postal"),
        ({"abilities": [AbilityInput(code="juggling")]}, "workkind_unknown", "abilities"),
        ({"abilities": [AbilityInput(code="grass_brushcutter")] * 2}, "workkind_twice", "abilities"),
        ({"abilities": [AbilityInput(code="grass_brushcutter", people=31)]}, "number_wrong", "abilities"),
        (
            {"abilities": [AbilityInput(code="grass_brushcutter", level="ninja")]},
            "choice_unknown",
            "abilities",
        ),
        ({"abilities": [AbilityInput(code="grass_brushcutter")] * 25}, "too_many", "abilities"),
        ({"wishes": [WishInput(code="moon")]}, "assetkind_unknown", "wishes"),
        ({"wishes": [WishInput(code="trail_mtb", weight=4)]}, "number_wrong", "wishes"),
        ({"qualifications": [HeldInput(code="pilot")]}, "qualification_unknown", "qualifications"),
        ({"availabilities": [AvailabilityInput(weekdays=0)]}, "number_wrong", "availabilities"),
        (
            {"availabilities": [AvailabilityInput(from_minute=600, until_minute=600)]},
            "hours_wrong",
            "availabilities",
        ),
        (
            {"absences": [AbsenceInput(from_on=date(2027, 2, 2), until_on=date(2027, 2, 1))]},
            "dates_wrong",
            "absences",
        ),
    ],
)
def test_wrong_value_is_named_by_field_and_nothing_is_written(club_values, changes, code, field):
    with pytest.raises(Invalid) as caught:
        create_party(actor=agree_to_terms(make_user()), **(club_values | changes))
    assert caught.value.code == code
    assert field in caught.value.fields
    assert nothing_written()


def test_all_wrong_values_are_named_at_once(club_values):
    with pytest.raises(Invalid) as caught:
        create_party(
            actor=agree_to_terms(make_user()), **(club_values | {"size": 0, "name": "", "transport": "?"})
        )
    assert set(caught.value.fields) == {"size", "name", "transport"}


def test_retired_kind_is_no_longer_taken_but_kept_by_who_has_it(club_values):
    kind = make_work_kind("grass_brushcutter")
    party = create_party(actor=agree_to_terms(make_user()), **club_values)
    kind.retired = True
    kind.save(update_fields=["retired"])
    with pytest.raises(Invalid) as caught:
        create_party(actor=agree_to_terms(make_user()), **club_values)
    assert caught.value.code == "workkind_unknown"
    update_party(actor=party.representative, party=party, note="まだできます")
    assert party.abilities.count() == 1


def test_postal_code_finds_the_home(club_values):
    PostalCode.objects.create(postal="8100001", municipality_id=FUKUOKA)
    values = {name: value for name, value in club_values.items() if name != "home_code"}
    party = create_party(actor=agree_to_terms(make_user()), postal="〒810-0001", **values)
    assert party.home_id == FUKUOKA


def test_postal_code_in_two_municipalities_asks_which(club_values):
    make_municipality(SAGA)
    for code in (FUKUOKA, SAGA):
        PostalCode.objects.create(postal="8100001", municipality_id=code)
    values = {name: value for name, value in club_values.items() if name != "home_code"}
    with pytest.raises(Invalid) as caught:
        create_party(actor=agree_to_terms(make_user()), postal="8100001", **values)
    assert caught.value.code == "postal_ambiguous"
    assert caught.value.fields["home_code"] == [
        {"code": FUKUOKA, "label": "福岡県福岡市"},
        {"code": SAGA, "label": "佐賀県佐賀市"},
    ]
    assert nothing_written()


def test_unknown_postal_code_is_refused(club_values):
    values = {name: value for name, value in club_values.items() if name != "home_code"}
    with pytest.raises(Invalid) as caught:
        create_party(actor=agree_to_terms(make_user()), postal="000-0000", **values)
    assert caught.value.code == "postal_unknown"


def test_closed_account_registers_nobody(club_values):
    with pytest.raises(NotAllowed):
        create_party(actor=make_user(is_active=False), **club_values)
    assert nothing_written()


def test_eleventh_party_of_one_person_is_refused(club_values):
    user = agree_to_terms(make_user())
    for _ in range(PARTIES_MAX):
        make_party(user)
    with pytest.raises(Conflict) as caught:
        create_party(actor=user, **club_values)
    assert caught.value.code == "parties_full"


def test_update_changes_what_is_named_and_owes_a_look(riders, harada):
    before = riders.changed_at
    updated = update_party(actor=harada, party=riders, min_people=6, note="春から")
    updated.refresh_from_db()
    assert (updated.min_people, updated.note, updated.size, updated.name) == (
        6,
        "春から",
        30,
        "福岡山道ライダーズ",
    )
    assert updated.changed_at > before
    assert len(owed(riders)) == 1
    assert AuditEntry.objects.get().details == {"fields": ["min_people", "note"]}


def test_update_moves_home(riders, harada):
    make_municipality(SAGA)
    update_party(actor=harada, party=riders, home_code=SAGA)
    riders.refresh_from_db()
    assert riders.home_id == SAGA


def test_update_without_a_difference_does_nothing(riders, harada):
    update_party(actor=harada, party=riders, size=30)
    assert owed(riders) == []
    assert not AuditEntry.objects.exists()


def test_outsider_changes_no_party(riders, yuki, mori):
    for stranger in (yuki, mori):
        with pytest.raises(NotAllowed) as caught:
            update_party(actor=stranger, party=riders, size=20)
        assert caught.value.code == "not_your_party"
    riders.refresh_from_db()
    assert riders.size == 30


def test_administrator_changes_a_party_on_record(riders, admin):
    update_party(actor=admin, party=riders, note="電話で変更")
    assert AuditEntry.objects.get().actor == admin


def test_update_with_wrong_people_is_refused(riders, harada):
    with pytest.raises(Invalid) as caught:
        update_party(actor=harada, party=riders, size=3)
    assert caught.value.code == "min_people_wrong"
    with pytest.raises(Conflict) as conflict:
        update_party(actor=harada, party=riders, size=10)
    assert conflict.value.code == "people_named"
    riders.refresh_from_db()
    assert riders.size == 30


def test_paused_party_resumes_and_each_is_told_once(riders, harada):
    pause_party(actor=harada, party=riders)
    pause_party(actor=harada, party=riders)
    riders.refresh_from_db()
    assert not riders.is_active
    resume_party(actor=harada, party=riders)
    riders.refresh_from_db()
    assert riders.is_active
    assert len(owed(riders)) == 2
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["party.pause", "party.resume"]


def test_outsider_pauses_no_party(riders, yuki):
    with pytest.raises(NotAllowed):
        pause_party(actor=yuki, party=riders)
    riders.refresh_from_db()
    assert riders.is_active


def test_party_of_someone_who_has_not_agreed_to_the_terms_in_force_is_refused(club_values):
    user = make_user()
    Consent.objects.create(user=user, kind="terms", text_version="1999-01", given_by=user)
    with pytest.raises(NotAllowed) as caught:
        create_party(actor=user, **club_values)
    assert caught.value.code == "consent_needed"
    assert not Volunteer.objects.exists()
    consent = give_consent(actor=user, kind=ConsentKind.TERMS, text_version=TERMS_VERSION)
    create_party(actor=user, **club_values)
    withdraw_consent(actor=user, consent=consent)
    with pytest.raises(NotAllowed):
        create_party(actor=user, **club_values)
    assert Volunteer.objects.count() == 1
