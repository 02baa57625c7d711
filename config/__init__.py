"""How Enishi is put together: settings, addresses, the Celery app, the supervisor."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
