"""The last tick of a report and the word of what would prevent it at the same moment: it closes, and nothing is ticked twice."""

from __future__ import annotations

from collections import Counter

import pytest

from accounts.models import AuditEntry, User, Volunteer
from matching.enums import Reached, ReachHow
from matching.models import Report
from matching.services.reports import add_note, record_reached, write_report
from regions.models import Need
from tests.matching import saga as story
from tests.matching.reporting import told_of_near_miss
from tests.races.crowd import threads

pytestmark = [pytest.mark.races, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS = 8


def test_report_closes_whoever_comes_last_and_is_ticked_once(
    mowing: Need, hana_party: Volunteer, mori: User, sato: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    seen: Counter[str] = Counter()
    with threads(3) as crowd:
        for number in range(ROUNDS):
            told = told_of_near_miss(match, happened=f"{number}")
            report = write_report(match_id=match.pk, actor=mori, told=told)  # the guide is reached
            tick = {"report": report, "who": Reached.OFFICE, "how": ReachHow.PHONE}
            answers = crowd.together(
                [
                    lambda tick=tick: record_reached(actor=mori, **tick),
                    lambda tick=tick: record_reached(actor=sato, **tick),
                    lambda report=report: add_note(
                        report=report, actor=sato, text="間をあける。", tells_prevention=True
                    ),
                ]
            )
            seen[",".join(sorted(answers))] += 1
    assert seen == {",,reached_already": ROUNDS}
    assert not Report.objects.filter(closed_at=None).exists()
    assert AuditEntry.objects.filter(action="report.reach").count() == ROUNDS
