"""What every test shares: the session's servers, the cast, and the rule that nothing is skipped in CI."""

from __future__ import annotations

import importlib.util
import os

import pytest
from django.conf import settings
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests import services

# The cast (hana, the riders, kenji, ume, mori, sato, yuki, admin) and what else is shared by apps.
pytest_plugins = [name for name in ("tests.cast",) if importlib.util.find_spec(name)]

ON_POSTGRES = os.environ.get("ENISHI_TEST_DB", "postgres") == "postgres"
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
SKIP_EXPLANATION = "CI allows no skipped test: what cannot run here has to be made to run."


def pytest_configure(config: pytest.Config) -> None:
    """With xdist, start PostgreSQL before the workers: they inherit its address."""
    if ON_POSTGRES and getattr(config.option, "numprocesses", None) and not config.option.collectonly:
        services.postgres_port()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On SQLite leave out, visibly as deselected, what is only true on PostgreSQL."""
    if ON_POSTGRES:
        return
    elsewhere = [
        item for item in items if item.get_closest_marker("postgres") or item.get_closest_marker("races")
    ]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in set(elsewhere)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """In CI a skip is a failure."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{SKIP_EXPLANATION}\n{report.longrepr}"
    return report


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Give the connection the port of the session's own PostgreSQL."""
    if ON_POSTGRES:
        port = str(services.postgres_port())
        settings.DATABASES["default"]["PORT"] = port
        connections["default"].settings_dict["PORT"] = port


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """On PostgreSQL count the rows of every table from another million on.

    A number of one table is then never by chance that of another's row, and none is as small as in an empty system.
    """
    if not ON_POSTGRES:
        return
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        cursor.execute("SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences ORDER BY 1")
        for number, (sequence,) in enumerate(cursor.fetchall(), start=1):
            cursor.execute(f"ALTER SEQUENCE {sequence} RESTART WITH {number}000001")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The session's Redis, started on first use."""
    return services.redis_url()


@pytest.fixture
def child_environment(db: None) -> dict[str, str]:
    """The environment of a process that works on this test's own database (use with transactional_db)."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "ENISHI_TEST_DATABASE_URL": services.database_url(connections["default"].settings_dict),
    }
