"""The database is set up as the design asks, on both kinds; SQLite bears many writers at once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from accounts.models import IdempotencyRecord, User

WRITERS, ROUNDS = 8, 10


@pytest.mark.both_databases
@pytest.mark.django_db
def test_connection_keeps_what_the_design_asks() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW server_version_num")
            assert int(cursor.fetchone()[0]) >= 140000
            cursor.execute("SHOW jit")
            assert cursor.fetchone()[0] == "off"
            return
        found = {}
        for name in ("journal_mode", "foreign_keys", "busy_timeout"):
            cursor.execute(f"PRAGMA {name}")
            found[name] = cursor.fetchone()[0]
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 20_000}


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_many_writers_that_read_first_all_succeed() -> None:
    """Read, then write, in one transaction: with SQLite's deferred default most of these fail at once."""
    user = User.objects.create_user("writer@example.org")
    errors: list[Exception] = []

    def write(number: int) -> None:
        try:
            for turn in range(ROUNDS):
                with transaction.atomic():
                    seen = IdempotencyRecord.objects.count()
                    IdempotencyRecord.objects.create(
                        user=user, key=f"{number}-{turn}", path="/", digest=str(seen)
                    )
        except Exception as error:  # noqa: BLE001  # whatever it is, it belongs to the test's thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert IdempotencyRecord.objects.count() == WRITERS * ROUNDS
