"""What administrators read in place of the names of fields: one word for each name, in their language.

Fields that are named where they are declared keep that name. Set here and not there, because these pages alone show them:
no form and no answer of the API does, and no migration is needed for a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

OURS = ("accounts", "regions", "matching")
WORDS: Mapping[str, Any] = {
    "about": _("about whom"),
    "access_car_minutes": _("way there by car, minutes"),
    "access_note": _("how to get there"),
    "access_public_minutes": _("way there by public transport, minutes"),
    "action": pgettext_lazy("column", "act"),
    "actor": _("who acted"),
    "asset_kind": _("kind of asset"),
    "asset_kinds": _("kinds of assets"),
    "at": pgettext_lazy("column", "when"),
    "attempts": _("attempts"),
    "cancelled_at": _("called off at"),
    "changed_at": _("changed at"),
    "closed_at": _("closed at"),
    "created_at": _("made at"),
    "date_joined": _("joined at"),
    "dead_at": _("given up at"),
    "details": _("details"),
    "done_at": _("done at"),
    "error": _("why it failed"),
    "finished_at": _("ended at"),
    "from_on": _("from the day"),
    "given_at": _("given at"),
    "given_by": _("given by"),
    "given_by_name": _("name of who gave it"),
    "guide": _("guide"),
    "hazards": _("hazards"),
    "home": _("home"),
    "id": _("number"),
    "inputs_digest": _("check sum of what was compared"),
    "is_active": _("in use"),
    "is_sample": _("sample"),
    "is_staff": _("may open these pages"),
    "is_system": _("the system itself"),
    "joined_at": _("joined at"),
    "key": pgettext_lazy("column", "key"),
    "kind": pgettext_lazy("column", "kind"),
    "last_error": _("last failure"),
    "last_mile_minutes": _("minutes from the station"),
    "lease_until": _("held by its worker until"),
    "level": _("required or recommended"),
    "match": _("match"),
    "municipality": _("municipality"),
    "name": _("name"),
    "need": _("need"),
    "needs_count": _("needs, number"),
    "next_at": _("next attempt at"),
    "note": _("note"),
    "offer": _("offer"),
    "offers": _("offers"),
    "on_behalf_of": _("entered for"),
    "opened_at": _("public since"),
    "organization": _("organization"),
    "pairs_feasible": _("pairs that fit"),
    "parties_count": _("participants, number"),
    "payload": _("content"),
    "pid": _("process number"),
    "point_latitude": _("latitude"),
    "point_longitude": _("longitude"),
    "posted_by": _("entered by"),
    "prefecture_code": _("prefecture code"),
    "proposals_count": _("proposals, number"),
    "public_id": _("public number"),
    "purpose": _("purpose"),
    "qualification": _("qualification"),
    "region": _("community"),
    "report": _("figures of the run"),
    "representative": _("representative"),
    "requested_by": _("asked for by"),
    "rule": _("rule of the dates"),
    "run": _("matching run"),
    "rung_at": _("worker called at"),
    "scope": _("what about"),
    "seen_at": _("last seen at"),
    "snapshot": _("snapshot"),
    "stand_in": _("who stands in"),
    "started_at": _("started at"),
    "state": pgettext_lazy("column", "state"),
    "target_id": _("number of what it is about"),
    "target_label": _("what it is about"),
    "target_type": _("kind of what it is about"),
    "text_version": _("version of the text"),
    "topic": _("topic"),
    "until_on": _("until the day"),
    "user": _("account"),
    "values": _("values"),
    "version": _("version"),
    "volunteer": _("participant"),
    "weight": pgettext_lazy("column", "weight"),
    "weights": _("weights"),
    "withdrawn_at": _("withdrawn at"),
    "work_kind": _("kind of work"),
    "work_kinds": _("kinds of work"),
    "worker": _("worker"),
    "worker_pid": _("process number of the worker"),
}  # fmt: skip


def name_fields() -> None:
    """Give every field of our models that has no name of its own the word of the table. Twice is as once."""
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:  # noqa: SLF001  # Django documents _meta as public
                if field.name in WORDS and "verbose_name" not in field.deconstruct()[3]:
                    field.verbose_name = WORDS[field.name]
