"""Who is there before the story begins: a hamlet with its speaker, an officer, a guide, and somebody unrelated. No need yet.

python -m tests.browser.saga_cast        # writes them into the database of the settings in the environment
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Person:
    """An invented person, and what of them others may learn at their time."""

    name: str
    affiliation: str
    email: str
    full_name: str
    phone: str
    address: str

    @property
    def introduced(self) -> tuple[str, ...]:
        """What the other side learns when the two sides meet."""
        return (self.name, self.affiliation)

    @property
    def promised(self) -> tuple[str, ...]:
        """What the other side reads once both have promised: the full name stands for the name."""
        return (self.full_name, self.affiliation, self.phone, self.email, self.address)

    @property
    def words(self) -> set[str]:
        """All of it."""
        return {*self.introduced, *self.promised}


HAMLET, AREA = "榎木谷", "富士町の山あい"
PATHS = "共有林の山道を自転車で走る"
BOARD, ASSEMBLY = "役員会", "総会"
OWNERS, WATER_USERS = "共有林の持ち主", "水利組合"
SPEAKER = Person(
    "谷口うめ", "集落の自治会長", "ume@example.org", "谷口 梅乃", "0952-00-0101", "佐賀市富士町 谷の一軒目"
)
OFFICER = Person(
    "市役所の健二", "佐賀市富士支所", "kenji@example.org", "中村 健二", "0952-00-0102", "佐賀市富士町 支所"
)
GUIDE = Person(
    "案内人の森", "背振つなぎ舎", "mori@example.org", "森 さと子", "0952-00-0103", "佐賀市 駅前の事務所"
)
OUTSIDER = Person("通りすがりのゆき", "", "yuki@example.org", "山田 ゆき", "03-0000-0104", "新宿区 どこか")


def make_cast() -> None:
    """Write them. All are samples, so that each can be signed in with a click; reference data must be loaded."""
    from accounts.models import ContactCard, User
    from regions.enums import PermissionStatus, Publicity
    from regions.models import Permission, RequiredConsent
    from tests import builders as make

    def sample(person: Person) -> User:
        user = make.make_user(person.name, email=person.email, affiliation=person.affiliation, is_sample=True)
        ContactCard.objects.create(
            user=user, full_name=person.full_name, phone=person.phone, address=person.address
        )
        return make.agree_to_terms(user)

    organization = make.make_organization(name=GUIDE.affiliation, municipalities=[make.SAGA])
    make.make_guide(organization, sample(GUIDE), weekly_capacity=8)
    place: dict[str, Any] = {"people": 38, "households": 19, "first_visit_max": 5, "last_mile_minutes": 10}
    hamlet = make.make_region(
        name=HAMLET, area=AREA, publicity=Publicity.MUNICIPALITY_ONLY,
        representative=sample(SPEAKER), staff=sample(OFFICER), **place,
    )  # fmt: skip
    for by, matter in ((BOARD, "new_party"), (ASSEMBLY, "offer_use")):
        RequiredConsent.objects.create(region=hamlet, by=by, matter=matter)
    paths = make.make_offer(hamlet, title=PATHS, permission=None)
    for holder, status in ((OWNERS, PermissionStatus.GRANTED), (WATER_USERS, PermissionStatus.INFORMAL)):
        Permission.objects.create(offer=paths, holder=holder, status=status, evidence="書面")
    make.make_party(sample(OUTSIDER), home=make.SHINJUKU, abilities=["design_web"], wishes=[("onsen", 1)])


if __name__ == "__main__":
    import django

    django.setup()
    make_cast()
