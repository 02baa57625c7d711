"""The static schedule of the beat: sweeps that may run twice, late or two at once without harm."""

from __future__ import annotations

from typing import NamedTuple


class Sweep(NamedTuple):
    """One task that is rung again and again."""

    task: str
    every_seconds: float


SWEEPS = (
    Sweep("accounts.beat_heartbeat", 15),  # proof of life of the worker, read by /healthz and the supervisor
    Sweep("accounts.relay_outbox", 5),  # rings for outbox rows whose effect is not done
    Sweep(
        "accounts.sweep_records", 3600
    ),  # forgets stored answers after 48 h and silent processes after a day
    Sweep(
        "accounts.sweep_digests", 300
    ),  # from 18:00 to 20:00 in Japan: the one letter of a day to each person
    Sweep("matching.sweep_deadlines", 60),  # silence means no: moves what is past its deadline
    Sweep("regions.sweep_slots", 21_600),  # writes the dates that rules give as the horizon moves on
    Sweep("regions.sweep_sheets", 3600),  # forgets the Excel sheets that were handed in a day ago
    Sweep("matching.sweep_runs", 15),  # gives the shards of dead workers back
    Sweep("matching.sweep_outcomes", 600),  # writes the log of outcomes of matches that are older than it
    Sweep("matching.count_people", 3600),  # on the first of a month in Japan: the count by age, sex and area
    Sweep("matching.match_nightly", 1800),  # once a night, from 03:00 in Japan: the run over everything
)


def beat_schedule() -> dict[str, dict[str, object]]:
    """CELERY_BEAT_SCHEDULE. A tick that waited longer than its interval is dropped: the next one does its work."""
    return {
        sweep.task: {
            "task": sweep.task,
            "schedule": sweep.every_seconds,
            "options": {"expires": sweep.every_seconds},
        }
        for sweep in SWEEPS
    }
