"""A sheet of paper as somebody prints it."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from accounts.models import User
from matching.models import Match
from regions.models import Need, Region
from tests.support.sheets import Sheet

MARKUP = '草刈り #sys.inputs $x$ *太字* "引用" \\ #panic()'


def got(client: Client, user: User, name: str, row: Need | Match | Region):
    """The page or file of that name about a row, as ``user`` gets it."""
    client.force_login(user)
    return client.get(reverse(name, args=[row.public_id]))


def sheet(client: Client, user: User, name: str, row: Need | Match | Region) -> Sheet:
    """The PDF, read."""
    answer = got(client, user, name, row)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return Sheet(answer.content)
