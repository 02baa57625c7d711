"""Reports of accidents and near misses: written once, added to, and ticked off as they reach whom they must."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import User
from accounts.selectors.organizations import desk_of
from accounts.services.audit import record
from accounts.services.checks import Problems, check_text, check_values
from accounts.services.notifications import notify
from matching.enums import Called, Harm, Reached, ReachHow, ReportKind, Role
from matching.locks import lock_match
from matching.models import Match, Report, ReportNote, ReportReach
from matching.models.messages import WRITERS
from matching.models.reports import WORDS_MAX
from matching.policies import reporting_roles, reports_visible_to, roles_on
from matching.selectors.paths import report_path
from matching.services.announce import first_start, message_context, recipients
from matching.services.report_deadlines import prevent_by, reaches_of
from matching.transitions import Audience
from regions.models import Slot
from regions.selectors.regions import officers_for

KIND = "report_written"
SAME_WITHIN = timedelta(minutes=1)
OLDEST = timedelta(days=366)
WORDS = ("place", "happened", "done", "prevention")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of an accident or near miss."""

    kind: ReportKind
    slot: Slot
    happened_at: datetime
    place: str
    happened: str
    harm: Harm = Harm.NOBODY
    is_minor_hurt: bool = False
    called: frozenset[Called] = field(default_factory=frozenset)
    done: str = ""
    prevention: str = ""


@transaction.atomic
def write_report(
    *, match_id: int, actor: User, told: Told, on_behalf_of: str = "", now: datetime | None = None
) -> Report:
    """Keep what happened on a date of a match, with whom it must reach and by when.

    Locks the match; audits the kind without a word of it; owes a letter that carries none of it either, at once, to the
    guide in charge and who stands in, to who speaks for the community and to its municipal office. Whoever of those wrote
    it has been reached. The same words again within a minute are the same report (a double click).

    Raises:
        NotFound("match_unknown"): actor is neither of a side nor a guide, or nothing is promised.
        Invalid: ``text_missing``, ``text_too_long``, ``slot_unknown``, ``happens_later``, ``happened_long_ago``,
            ``near_miss_hurts``, ``harm_missing``.
    """
    moment = now or timezone.now()
    match = lock_match(match_id)
    roles = reporting_roles(actor, match)
    if not roles:
        raise NotFound("match_unknown", _("This match does not exist."))
    role = next(each for each in WRITERS if each in roles)
    report = _unsaved(match, told)
    report.author, report.role, report.on_behalf_of = actor, role, on_behalf_of
    report.written_at, report.prevent_by = moment, prevent_by(moment)
    _check(report, moment)
    return _said_before(report) or _keep(report)


def _unsaved(match: Match, told: Told) -> Report:
    return Report(
        match=match,
        slot=told.slot,
        kind=told.kind,
        happened_at=told.happened_at,
        harm=told.harm,
        is_minor_hurt=told.is_minor_hurt,
        called_119=Called.AMBULANCE in told.called,
        called_110=Called.POLICE in told.called,
        called_hospital=Called.HOSPITAL in told.called,
        **{name: _plain(getattr(told, name)) for name in WORDS},
    )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()


def _check(report: Report, now: datetime) -> None:
    problems = Problems()
    names = (*WORDS, "kind", "harm", "is_minor_hurt", "on_behalf_of")
    check_values(problems, Report, {name: getattr(report, name) for name in names})
    if not report.match.slots.filter(pk=report.slot_id).exists():
        problems.add("slot_unknown", "slot", _("This is not one of its dates."))
    if report.happened_at > now:
        problems.add("happens_later", "happened_at", _("This time is still to come."))
    if report.happened_at < now - OLDEST:
        problems.add(
            "happened_long_ago", "happened_at", _("This is more than a year ago. Please look again.")
        )
    if report.kind == ReportKind.NEAR_MISS and report.harm != Harm.NOBODY:
        problems.add("near_miss_hurts", "kind", _("Where somebody was hurt, it is an accident."))
    if report.is_minor_hurt and report.harm == Harm.NOBODY:
        problems.add("harm_missing", "harm", _("Please say how badly the young person was hurt."))
    problems.refuse()


def _said_before(report: Report) -> Report | None:
    since = report.written_at - SAME_WITHIN
    names = ("match", "author", "kind", "happened_at", "happened")
    same = {name: getattr(report, name) for name in names}
    return Report.objects.filter(written_at__gt=since, **same).first()


def _keep(report: Report) -> Report:
    report.save(force_insert=True)
    ReportReach.objects.bulk_create(
        ReportReach(report=report, who=who, due_at=due_at, **_reached_by_writing(report, who))
        for who, due_at in reaches_of(report).items()
    )
    _audit(report, report.author, "report.write", kind=report.kind)
    _tell(report)
    return report


def _reached_by_writing(report: Report, who: Reached) -> dict[str, object]:
    """The guide in charge is not told what that guide wrote.

    The community's office is: an officer of the municipality is not its representative, who may have no account.
    """
    author, match = report.author, report.match
    is_own = report.role == Role.GUIDE and (match.guide is None or match.guide.user_id == author.pk)
    if who != Reached.GUIDE or not is_own:
        return {}
    return {"done_at": report.written_at, "done_by": author, "how": ReachHow.ENISHI}


def _audit(report: Report, actor: User, action: str, **details: str) -> None:
    match = report.match
    about = {"report": report.public_id, **details}
    behalf = report.on_behalf_of if action == "report.write" else ""
    record(
        actor=actor, action=action, target=match, label=match.need.title, on_behalf_of=behalf, details=about
    )


def _tell(report: Report) -> None:
    """Owe the letter: that there is a report, of which kind, and where it is read. What happened is read there alone."""
    match = report.match
    first = first_start(match)
    for user in _to_tell(match):
        if user.pk == report.author_id:
            continue
        with override(user.language):
            about = {"due": "", "note": str(ReportKind(report.kind).label), "path": report_path(report)}
        notify(
            user=user,
            kind=KIND,
            key=f"report:{report.public_id}:{user.public_id}",
            context=message_context(match, user, first=first) | about,
            due_at=report.written_at,
        )


def _to_tell(match: Match) -> Iterable[User]:
    """The guide and who sits at that desk today, who speaks for the community, its municipal office; each once."""
    found = [*recipients(match, Audience.GUIDE), *recipients(match, Audience.REGION)]
    desk = desk_of(match.guide, on=timezone.localdate()) if match.guide is not None else None
    found += [*([desk.user] if desk is not None else []), *officers_for(match.need.region)]
    return {user.pk: user for user in found}.values()


@transaction.atomic
def add_note(
    *, report: Report, actor: User, text: str, tells_prevention: bool = False, now: datetime | None = None
) -> ReportNote:
    """Add to a report: a correction, how it went on, or what would prevent it (which may close it).

    Locks the match; audits without the words; tells nobody anew.

    Raises:
        NotFound("report_unknown"), Invalid: ``text_missing``, ``text_too_long``.
    """
    found = _locked(report, actor)
    words = _plain(text)
    problems = Problems()
    check_text(problems, "text", words, at_most=WORDS_MAX)
    problems.refuse()
    moment = now or timezone.now()
    note = ReportNote.objects.create(
        report=found,
        author=actor,
        role=_role_of(actor, found),
        text=words,
        tells_prevention=tells_prevention,
        written_at=moment,
    )
    _audit(found, actor, "report.note")
    _close_if_done(found, moment)
    return note


def _role_of(actor: User, report: Report) -> Role:
    """As who somebody adds: a side or the guide; an author who is none of these any more, as then."""
    roles = roles_on(actor, report.match)
    return next((role for role in WRITERS if role in roles), Role(report.role))


@transaction.atomic
def record_reached(
    *, report: Report, actor: User, who: Reached, how: ReachHow, note: str = "", now: datetime | None = None
) -> ReportReach:
    """A guide records that the report has reached somebody, how, and under which name or number (``note``).

    Locks the match; audits whom and how; may close the report.

    Raises:
        NotFound("report_unknown" | "reach_unknown"), NotAllowed("role_may_not"): only its guides record this.
        Conflict("reached_already"), Invalid: ``choice_unknown``, ``text_too_long``.
    """
    found = _locked(report, actor)
    if Role.GUIDE not in roles_on(actor, found.match):
        raise NotAllowed("role_may_not", _("Only a guide who looks after this match records this."))
    reach = found.reaches.filter(who=who).first()
    if reach is None:
        raise NotFound("reach_unknown", _("This report need not reach them."))
    if reach.done_at is not None:
        raise Conflict("reached_already", _("This is on record already."))
    problems = Problems()
    check_values(problems, ReportReach, {"how": how or None, "note": note})
    problems.refuse()
    reach.done_at, reach.done_by, reach.how, reach.note = now or timezone.now(), actor, how, note
    reach.save(update_fields=["done_at", "done_by", "how", "note"])
    _audit(found, actor, "report.reach", who=who, how=how)
    _close_if_done(found, reach.done_at)
    return reach


def _locked(report: Report, actor: User) -> Report:
    """The report as it is now, under the lock of its match."""
    match = lock_match(report.match_id)
    found = reports_visible_to(actor).filter(pk=report.pk).first()
    if found is None:
        raise NotFound("report_unknown", _("There is no such report here."))
    found.match = match
    return found


def forget_words(reports: QuerySet[Report]) -> None:
    """Of reports that are closed stays what kind they were, when, and whom they reached: nobody's words."""
    closed = reports.filter(closed_at__isnull=False)
    ids = list(closed.values_list("pk", flat=True))
    ReportReach.objects.filter(report__in=ids).update(note="")
    ReportNote.objects.filter(report__in=ids).update(text="")
    Report.objects.filter(pk__in=ids).update(place="", happened="", done="", prevention="", on_behalf_of="")


def _close_if_done(report: Report, now: datetime) -> None:
    """It leaves the board once everybody was reached and it says what would prevent it.

    Where its author or the participant has closed the account meanwhile, the words go with that.
    """
    is_told = report.prevention or report.notes.filter(tells_prevention=True).exists()
    if report.closed_at is None and is_told and not report.reaches.filter(done_at=None).exists():
        report.closed_at = now
        report.save(update_fields=["closed_at"])
        if not (report.author.is_active and report.match.volunteer.representative.is_active):
            forget_words(Report.objects.filter(pk=report.pk))
