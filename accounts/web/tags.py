"""What every template may use: days, spans, icons and the address of the present list with one thing changed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from accounts.policies import Actor, is_admin, is_guide
from accounts.web import dates
from accounts.web.icons import ICONS

register = template.Library()
PHRASES = re.compile("(?<=）)")
HARMLESS = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
"""What could end a script element, written so that JSON reads the same."""


@register.filter
def day(moment: datetime | date) -> str:
    """See ``dates.day``."""
    return dates.day(moment)


@register.filter
def moment(at: datetime) -> str:
    """See ``dates.moment``."""
    return dates.moment(at)


@register.filter
def is_at_desk(user: Actor) -> bool:
    """Whether a person has the desk of a guide. No query where the second factor was asked for before, as for every page."""
    return is_guide(user) or is_admin(user)


@register.simple_tag
def span(start: datetime, end: datetime) -> str:
    """See ``dates.span``."""
    return dates.span(start, end)


@register.filter
def unbroken(words: str) -> SafeString:
    """Words in which a line ends after a bracket or not at all: a day and its hours stay whole as long as there is room."""
    parts = [part for part in PHRASES.split(str(words)) if part]
    return format_html_join("", '<span class="name">{}</span>', ((part,) for part in parts))


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


@register.simple_tag(takes_context=True)
def json_ld(context: Context, data: Mapping[str, Any]) -> SafeString:
    """Facts for search engines as a block of data, with the nonce of the page's content policy."""
    text = mark_safe(json.dumps(data, ensure_ascii=False).translate(HARMLESS))  # noqa: S308  # nothing in it ends the element
    return format_html(
        '<script type="application/ld+json" nonce="{}">{}</script>', context["CSP_NONCE"], text
    )
