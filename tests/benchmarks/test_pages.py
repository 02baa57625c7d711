"""How long a page takes in a full country: ``make bench-pages``. One client, one process, PostgreSQL; asserts no time."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from statistics import quantiles
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Volunteer
from matching.models import Match
from matching.services.weights import ensure_weights
from regions.models import Need
from tests.matching.running import looked_at
from tests.support.nation import Nation, make_nation

pytestmark = [pytest.mark.bench, pytest.mark.postgres, pytest.mark.django_db]
PARTICIPANTS, NEEDS, MATCHES = 100_000, 2_000, 6_000
ROUNDS = 40
P95_AIM_MS = 150
QUERIES_MAX = 15
BYTES_MAX = 100_000


def pages(nation: Nation) -> dict[str, tuple[str, bool]]:
    """Address of each page, and whether it is seen signed in."""
    listed = reverse("need-list")
    return {
        "home": (reverse("home"), False),
        "need_list": (listed, False),
        "need_list_filtered": (f"{listed}?wish=nature&with_=beginner&postal=8100001&within=180", False),
        "need_list_deep": (f"{listed}?page=150", False),
        "need_page": (reverse("need-page", args=[nation.need.public_id]), False),
        "community_page": (reverse("community-page", args=[nation.need.region.public_id]), False),
        "for_you": (reverse("for-you"), True),
        "match_list": (reverse("match-list"), True),
        "match_page": (reverse("match-page", args=[nation.match.public_id]), True),
    }


def guide_pages(nation: Nation) -> dict[str, str]:
    """Addresses of a guide's pages."""
    return {
        "desk": reverse("desk"),
        "desk_match": reverse("desk-match", args=[nation.proposal.public_id]),
        "board": reverse("board"),
        "board_list": reverse("board-list", args=["week"]),
        "calls": reverse("calls"),
        "guide_match_list": reverse("match-list"),
        "guide_match_page": reverse("match-page", args=[nation.proposal.public_id]),
    }


def queues(nation: Nation) -> dict[str, Any]:
    """The desks of all guides, each looked at twice: statements (fewest and most) and milliseconds of the second look."""
    counts, times = [], []
    for guide in nation.guides:
        client = Client()
        client.force_login(guide.user)
        client.get(reverse("desk"))
        begun = time.perf_counter()
        with CaptureQueriesContext(connection) as statements:
            assert client.get(reverse("desk")).status_code == 200
        times.append((time.perf_counter() - begun) * 1000)
        counts.append(len(statements))
    cuts = quantiles(times, n=20)
    return {
        "guides": len(nation.guides),
        "queries": [min(counts), max(counts)],
        "p50_ms": round(cuts[9], 1),
        "p95_ms": round(cuts[18], 1),
    }


def look(client: Client, address: str) -> dict[str, Any]:
    """What one page costs: milliseconds the first time, at the middle and at 95 of 100; statements and bytes of later times."""
    statements: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    first = _milliseconds(client, address)
    with connection.execute_wrapper(note):
        answer = client.get(address)
    assert answer.status_code == 200, address
    cuts = quantiles([_milliseconds(client, address) for _ in range(ROUNDS)], n=20)
    figures = {"first_ms": round(first, 1), "p50_ms": round(cuts[9], 1), "p95_ms": round(cuts[18], 1)}
    return figures | {"queries": len(statements), "bytes": len(answer.content)}


def _milliseconds(client: Client, address: str) -> float:
    begun = time.perf_counter()
    client.get(address)
    return (time.perf_counter() - begun) * 1000


def test_pages_of_a_full_country(measured: Callable[[dict[str, Any]], None]) -> None:
    nation = make_nation(participants=PARTICIPANTS, needs=NEEDS, matches=MATCHES)
    ensure_weights()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    gc.collect()
    gc.freeze()  # a web process does not carry what it took to make the country
    begun = time.perf_counter()
    seen = looked_at(nation.party)
    look_ms = (time.perf_counter() - begun) * 1000
    anonymous, hana = Client(), Client()
    hana.force_login(nation.hana)
    found = {
        name: look(hana if inside else anonymous, address)
        for name, (address, inside) in pages(nation).items()
    }
    mori = Client()
    mori.force_login(nation.guides[0].user)
    guided = {name: look(mori, address) for name, address in guide_pages(nation).items()}
    desks = queues(nation)
    over_queries = [name for name, row in found.items() if row["queries"] > QUERIES_MAX]
    measured(
        {
            "participants": Volunteer.objects.count(),
            "needs": Need.objects.count(),
            "matches": Match.objects.count(),
            "pages": found,
            "pages_of_a_guide": guided,
            "queues": desks,
            "first_look_in_the_worker": {"ms": round(look_ms, 1), "fits": seen.suggestions.count()},
            "over_queries_aim": over_queries,
            "over_p95_aim": [name for name, row in (found | guided).items() if row["p95_ms"] > P95_AIM_MS],
        }
    )
    assert [name for name, row in (found | guided).items() if row["bytes"] >= BYTES_MAX] == []
    assert len(set(desks["queries"])) == 1, "a longer queue costs more statements"
    assert over_queries == []
