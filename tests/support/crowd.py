"""Many plain parties at once: enough for several blocks of the engine, in a handful of statements."""

from __future__ import annotations

from accounts.enums import PartyKind, Transport
from accounts.models import Ability, Availability, User, Volunteer, Wish
from tests.builders import FUKUOKA, make_asset_kind, make_municipality, make_work_kind


def make_crowd(number: int) -> list[Volunteer]:
    """So many single parties that all fit a mowing with paths in return; the farther limit decides their order."""
    taken = User.objects.count()
    people = User.objects.bulk_create(
        User(email=f"crowd{place}@example.org", name=f"Crowd {place}")
        for place in range(taken, taken + number)
    )
    home = make_municipality(FUKUOKA)
    parties = Volunteer.objects.bulk_create(
        Volunteer(
            kind=PartyKind.INDIVIDUAL, name=f"Crowd {place}", representative=person, home=home,
            transport=Transport.CAR, travel_limit_minutes=240 + place % 200, load_limit=3, live_limit=3,
        )
        for place, person in enumerate(people)
    )  # fmt: skip
    work, asset = make_work_kind("grass_hand"), make_asset_kind("trail_mtb")
    Ability.objects.bulk_create(Ability(volunteer=party, work_kind=work) for party in parties)
    Wish.objects.bulk_create(Wish(volunteer=party, asset_kind=asset, weight=3) for party in parties)
    Availability.objects.bulk_create(Availability(volunteer=party) for party in parties)
    return parties
