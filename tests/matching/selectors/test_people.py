"""Who belongs to a party."""

from __future__ import annotations

import pytest

from accounts.models import User, Volunteer
from matching.selectors.people import people_of_party
from tests.builders import make_user

pytestmark = pytest.mark.django_db


def test_representative_comes_first_whoever_has_been_here_longer(hana_party: Volunteer, hana: User) -> None:
    older, newer, closed = hana, make_user(), make_user()
    for user in (older, newer, closed):
        hana_party.memberships.get_or_create(user=user)
    hana_party.representative = newer
    hana_party.save()
    User.objects.filter(pk=closed.pk).update(is_active=False)
    assert older.pk < newer.pk
    assert list(people_of_party(hana_party)) == [newer, older]
