"""What every template may use: days, spans, icons and the address of the present list with one thing changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.web import dates
from accounts.web.icons import ICONS

register = template.Library()


@register.filter
def day(moment: datetime | date) -> str:
    """See ``dates.day``."""
    return dates.day(moment)


@register.filter
def moment(at: datetime) -> str:
    """See ``dates.moment``."""
    return dates.moment(at)


@register.simple_tag
def span(start: datetime, end: datetime) -> str:
    """See ``dates.span``."""
    return dates.span(start, end)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing that stands beside its word and is silent for screen readers. Raises KeyError: unknown name."""
    drawing = mark_safe(ICONS[name])  # noqa: S308  # our own constants
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', drawing)


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """The present address's question with some answers changed; an empty one is taken out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}" if query else "?"
