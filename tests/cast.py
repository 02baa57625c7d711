"""The cast of every test, by name, and the scene they meet in: a community like Saga's. Builders are re-exported."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator

from accounts.models import ContactCard, Organization, User, Volunteer
from regions.enums import Publicity
from regions.models import Need, Offer, Region
from tests.builders import (
    FUKUOKA,
    SAGA,
    SHINJUKU,
    TOKYO,
    agree_to_terms,
    at_tokyo,
    make_asset_kind,
    make_guide,
    make_hazard,
    make_municipality,
    make_need,
    make_offer,
    make_organization,
    make_party,
    make_qualification,
    make_region,
    make_slot,
    make_user,
    make_work_kind,
    sunday_ahead,
)

__all__ = [
    "FUKUOKA",
    "SAGA",
    "SHINJUKU",
    "TOKYO",
    "agree_to_terms",
    "at_tokyo",
    "make_asset_kind",
    "make_guide",
    "make_hazard",
    "make_municipality",
    "make_need",
    "make_offer",
    "make_organization",
    "make_party",
    "make_qualification",
    "make_region",
    "make_slot",
    "make_user",
    "make_work_kind",
    "sunday_ahead",
]


def _person(name: str, email: str, phone: str) -> User:
    user = agree_to_terms(make_user(name, email=email, affiliation=f"{name}の所属"))
    ContactCard.objects.create(user=user, full_name=f"{name} 本名", phone=phone, address=f"{name}の住所")
    return user


def with_second_factor(user: User) -> User:
    """Guides, officers and administrators have set one up, or no page would let them in."""
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    return user


# The city side.
@pytest.fixture
def hana(db: None) -> User:
    """A participant alone, from Fukuoka; her party is ``hana_party``."""
    user = _person("花", "hana@example.org", "090-0000-0001")
    make_party(user, name="花", abilities=("grass_hand", "waterway"))
    return user


@pytest.fixture
def hana_party(hana: User) -> Volunteer:
    return hana.represented_parties.get()


@pytest.fixture
def harada(db: None) -> User:
    """The representative of the riders' club."""
    return _person("原田", "harada@example.org", "090-0000-0002")


@pytest.fixture
def riders(harada: User) -> Volunteer:
    """The riders' club: 30 people, at least 4 come."""
    return make_party(
        harada,
        name="福岡山道ライダーズ",
        size=30,
        min_people=4,
        abilities=("grass_brushcutter", "grass_hand", "waterway", "path_trail"),
        wishes=(("trail_mtb", 3), ("friends", 2)),
        has_minors=True,
        youngest_age=13,
    )


@pytest.fixture
def yuki(db: None) -> User:
    """An outsider: a participant with nothing to do with anyone here; her party is ``yuki_party``."""
    user = _person("ゆき", "yuki@example.org", "090-0000-0003")
    make_party(user, name="ゆき", home=SHINJUKU, abilities=("design_web",), wishes=(("onsen", 1),))
    return user


@pytest.fixture
def yuki_party(yuki: User) -> Volunteer:
    return yuki.represented_parties.get()


# Those who review and look after.
@pytest.fixture
def organization(db: None) -> Organization:
    """Covers Saga city alone."""
    return make_organization(name="背振つなぎ舎", municipalities=[SAGA])


@pytest.fixture
def mori(organization: Organization) -> User:
    """A guide; ``mori.guide`` is the row."""
    user = with_second_factor(_person("森", "mori@example.org", "090-0000-0004"))
    make_guide(organization, user, weekly_capacity=8)
    return user


@pytest.fixture
def sato(organization: Organization) -> User:
    """A second guide of the same organization."""
    user = with_second_factor(_person("佐藤", "sato@example.org", "090-0000-0005"))
    make_guide(organization, user, weekly_capacity=5)
    return user


@pytest.fixture
def elsewhere(db: None) -> User:
    """A guide of another organization, which covers Shinjuku alone."""
    user = with_second_factor(_person("遠藤", "endo@example.org", "090-0000-0033"))
    make_guide(make_organization(municipalities=[SHINJUKU]), user)
    return user


@pytest.fixture
def admin(db: None) -> User:
    user = make_user("管理者", email="admin@example.org", is_staff=True, is_superuser=True)
    return with_second_factor(agree_to_terms(user))


# The community side.
@pytest.fixture
def ume(db: None) -> User:
    """The community's representative."""
    return _person("梅", "ume@example.org", "090-0000-0006")


@pytest.fixture
def kenji(db: None) -> User:
    """An officer of Saga city."""
    return with_second_factor(_person("健二", "kenji@example.org", "090-0000-0007"))


@pytest.fixture
def saga(ume: User, kenji: User) -> Region:
    """A community in Saga city, spoken for by ume and by kenji's office; only its municipality may be public."""
    return make_region(
        name="榎木谷",
        area="富士町の山あい",
        representative=ume,
        staff=kenji,
        publicity=Publicity.MUNICIPALITY_ONLY,
        people=38,
        households=19,
    )


@pytest.fixture
def trails(saga: Region) -> Offer:
    """What the community gives: paths to ride, permitted."""
    return make_offer(saga, title="共有林の山道を自転車で走る")


@pytest.fixture
def mowing(saga: Region, trails: Offer) -> Need:
    """An open need of the community: mowing on a Sunday, 30 places, paths in return."""
    return make_need(
        saga,
        title="夏と秋の草刈り",
        work=(("grass_brushcutter", 3), ("grass_hand", 1)),
        offers=[trails],
        min_age=10,
    )
