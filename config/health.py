"""/healthz: whether this installation can do its work, and if not, which part is missing. No secrets, no counts."""

from __future__ import annotations

from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from accounts.selectors.heartbeats import worker_is_alive
from config.broker import MEMORY_URL

BROKER_PATIENCE_SECONDS = 2
Check = Callable[[], bool]


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def migrations_applied() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def broker_reachable() -> bool:
    """True when the broker answers; without a broker (one process) there is nothing to reach."""
    if settings.CELERY_BROKER_URL == MEMORY_URL:
        return True
    options = {"socket_connect_timeout": BROKER_PATIENCE_SECONDS, "socket_timeout": BROKER_PATIENCE_SECONDS}
    with current_app.connection_for_write(settings.CELERY_BROKER_URL, transport_options=options) as link:
        link.ensure_connection(max_retries=1, timeout=BROKER_PATIENCE_SECONDS)
    return True


def worker_alive() -> bool:
    """True when some worker did a task lately: the row is written by a task, so a stuck pool counts as dead."""
    return worker_is_alive(timezone.now())


CHECKS: dict[str, Check] = {
    "database": database_answers,
    "migrations": migrations_applied,
    "broker": broker_reachable,
    "worker": worker_alive,
}


def _holds(check: Check) -> bool:
    try:
        return check()
    except (DatabaseError, OperationalError, OSError):
        return False


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when every part holds, else 503; the body names each part with ok or failing."""
    results = {name: _holds(check) for name, check in CHECKS.items()}
    healthy = all(results.values())
    parts = {name: "ok" if holds else "failing" for name, holds in results.items()}
    body = {"status": "ok" if healthy else "failing", "parts": parts}
    return JsonResponse(body, status=200 if healthy else 503)
