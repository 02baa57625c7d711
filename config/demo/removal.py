"""Take the demo away again, however much it was used, and leave what is real. See ``docs/adr/0019``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import CASCADE, PROTECT, Exists, F, ManyToOneRel, OuterRef, Q, QuerySet

from accounts.models import AuditEntry, ContactAccess, Notification, Organization, Outbox, User, Volunteer
from accounts.services.audit import record
from matching.enums import RUN_OPEN
from matching.models import Candidate, Match, MatchEvent, MatchRun, NeedDiagnosis
from matching.snapshots import ALL, need_scope, party_scope
from regions.models import Need, Region, Representative

CLOSED_DOMAIN = "removed.enishi.invalid"


@dataclass(frozen=True, slots=True)
class Removed:
    """Counts of what is gone, and of sample accounts that are closed instead because real records name them."""

    regions: int
    needs: int
    parties: int
    matches: int
    accounts: int
    accounts_closed: int


@transaction.atomic
def remove_demo() -> Removed:
    """Delete every sample row, whatever samples made, and whatever hangs on either.

    A community, organization, need or party that a sample person entered is a sample too; a match is real only when
    both its sides are. Real people, their parties, communities, matches and what is on record of them stay; a sample
    account that real records name is closed and emptied instead. Audits. Nothing happens where there is no sample.
    """
    samples = User.objects.filter(is_sample=True).exclude(email__endswith=f"@{CLOSED_DOMAIN}")
    regions = Region.objects.filter(Q(is_sample=True) | Q(public_id__in=_made_by(samples, "region.create")))
    needs = Need.objects.filter(Q(is_sample=True) | Q(posted_by__in=samples) | Q(region__in=regions))
    parties = Volunteer.objects.filter(Q(is_sample=True) | Q(representative__in=samples))
    matches = Match.objects.filter(Q(need__in=needs) | Q(volunteer__in=parties))
    runs = _sample_runs(samples, matches, scopes=[*map(need_scope, needs), *map(party_scope, parties)])
    gone = {public_id for rows in (regions, needs, parties, matches, runs) for public_id in _ids(rows)}
    counts = {
        "matches": _delete_matches(matches),
        "needs": _delete(needs),
        "regions": _delete(regions),
        "parties": _delete(parties),
    }
    _delete_runs(gone)
    _delete_messages(gone, samples)
    _delete(Organization.objects.filter(_sample_organization(samples)))
    removed = Removed(**counts, **_leave(samples, gone))
    if removed.accounts or removed.accounts_closed:
        system = User.objects.system()
        record(actor=system, action="demo.remove", target=system, label="demo", details=counts)
    return removed


def _made_by(samples: QuerySet[User], action: str) -> QuerySet[AuditEntry, Any]:
    """Public ids of what sample people made; only the audit knows who recorded a community or an organization."""
    return AuditEntry.objects.filter(action=action, actor__in=samples).values("target_id")


def _sample_organization(samples: QuerySet[User]) -> Q:
    return Q(is_sample=True) | Q(public_id__in=_made_by(samples, "organization.create"))


def _ids(rows: QuerySet[Any]) -> list[str]:
    return list(rows.values_list("public_id", flat=True))


def _delete(rows: QuerySet[Any]) -> int:
    """Delete rows with what cascades from them; how many of the rows themselves."""
    _all, by_model = rows.delete()
    return by_model.get(rows.model._meta.label, 0)  # noqa: SLF001  # Django's documented Model._meta API


def _delete_matches(matches: QuerySet[Match]) -> int:
    """Events and the link between a redated match and its forerunner hold matches in place: they go first."""
    MatchEvent.objects.filter(match__in=matches).delete()
    chained = list(matches.exclude(redated_from=None).values_list("pk", flat=True))
    Match.objects.filter(pk__in=chained).update(redated_from=None)
    return _delete(matches)


def _sample_runs(
    samples: QuerySet[User], matches: QuerySet[Match], *, scopes: list[str]
) -> QuerySet[MatchRun]:
    """Runs for samples, or that proposed some. Which of them nothing real rests on is seen once samples are gone."""
    proposed = Exists(matches.filter(run=OuterRef("pk")))
    ids = MatchRun.objects.filter(Q(requested_by__in=samples) | proposed).values_list("pk", flat=True)
    about = MatchRun.objects.filter(scope__startswith="need:") | MatchRun.objects.filter(
        scope__startswith="party:"
    )
    wanted = set(scopes)
    scoped = [pk for pk, scope in about.values_list("pk", "scope") if scope in wanted]
    return MatchRun.objects.filter(pk__in=[*ids, *scoped])


def _delete_runs(gone: set[str]) -> None:
    """Delete the named runs that no match, diagnosis or comparison rests on; an open one over everything may yet find real ones."""
    idle = MatchRun.objects.exclude(scope=ALL, state__in=sorted(RUN_OPEN)).filter(
        ~Exists(Match.objects.filter(run=OuterRef("pk"))),
        ~Exists(NeedDiagnosis.objects.filter(run=OuterRef("pk"))),
        ~Exists(Candidate.objects.filter(run=OuterRef("pk"))),
    )
    named = [pk for pk, public_id in idle.values_list("pk", "public_id") if public_id in gone]
    MatchRun.objects.filter(pk__in=named).delete()


def _delete_messages(gone: set[str], samples: QuerySet[User]) -> None:
    """What is owed or was told about things that are gone, also to real people: it would lead nowhere."""
    gone = gone - set(_ids(MatchRun.objects.all())) | set(_ids(samples))
    for model in (Outbox, Notification):
        keys = model._default_manager.values_list("pk", "key").iterator()  # noqa: SLF001  # documented
        stale = [pk for pk, key in keys if not gone.isdisjoint(re.split("[:@]", key))]
        model._default_manager.filter(pk__in=stale).delete()  # noqa: SLF001


def _leave(samples: QuerySet[User], gone: set[str]) -> dict[str, int]:
    """Delete the accounts of the sample people; close those that a real record still names."""
    ContactAccess.objects.filter(subject__in=samples).delete()
    Representative.objects.filter(user__in=samples).delete()
    for rows in _rows_naming(samples, how=CASCADE):
        rows.delete()
    _delete_audit(samples, gone)
    named = {pk for rows in _rows_naming(samples, how=PROTECT) for pk in rows.values_list("named", flat=True)}
    closed = [_close(user) for user in samples.filter(pk__in=named)]
    return {"accounts": _delete(samples.exclude(pk__in=named)), "accounts_closed": len(closed)}


def _rows_naming(samples: QuerySet[User], *, how: Callable[..., Any]) -> Iterator[QuerySet[Any]]:
    """The rows of every table that names users and treats their deletion in this way, with the id it names."""
    hidden_too = User._meta.get_fields(include_hidden=True)  # noqa: SLF001  # Django's documented Model._meta API
    for relation in hidden_too:
        if isinstance(relation, ManyToOneRel) and relation.on_delete is how:
            name = relation.field.name
            rows = relation.related_model._base_manager.filter(**{f"{name}__in": samples})  # noqa: SLF001  # documented
            yield rows.annotate(named=F(relation.field.attname))


def _delete_audit(samples: QuerySet[User], gone: set[str]) -> None:
    """What samples and the worker did to things that are gone; what they did to real things stays on record."""
    entries = AuditEntry.objects.filter(Q(actor__in=samples) | Q(actor__is_system=True))
    keys: dict[str, set[str]] = {}
    for target_type, target_id in entries.values_list("target_type", "target_id").distinct():
        keys.setdefault(target_type, set()).add(target_id)
    for target_type, ids in keys.items():
        sample_ids = ids - _standing(target_type, ids, samples)
        entries.filter(target_type=target_type, target_id__in=sample_ids & gone).delete()
        own = AuditEntry.objects.filter(actor__in=samples, target_type=target_type)
        own.filter(target_id__in=sample_ids).delete()


def _standing(target_type: str, ids: Iterable[str], samples: QuerySet[User]) -> set[str]:
    """Those of these ids whose rows are there and are no sample accounts."""
    model = apps.get_model(target_type)
    rows = model._default_manager.all()  # noqa: SLF001
    if model is User:
        rows = rows.exclude(pk__in=samples)
    key = "public_id" if hasattr(model, "public_id") else "pk"
    return {str(value) for value in rows.filter(**{f"{key}__in": list(ids)}).values_list(key, flat=True)}


def _close(user: User) -> User:
    """Shut and empty an account; the made-up name stays for those who read the record."""
    user.email, user.affiliation = f"{user.public_id}@{CLOSED_DOMAIN}".lower(), ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save(update_fields=["email", "affiliation", "is_active", "is_staff", "is_superuser", "password"])
    return user
