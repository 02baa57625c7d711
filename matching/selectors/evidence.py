"""What a guide decides on: seven rows in one order, each with a mark, a word, its facts, where they come from and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from matching.models import Interview, Match, Relation
from matching.policies import interviews_visible_to
from matching.selectors.evidence_fit import Facts, facts_of, gifts_line, work_line
from matching.selectors.reasons import SENTENCES, barrier_sentence


class Mark(StrEnum):
    """✓, – and !: good, nothing on record, look at this."""

    OK = "ok"
    NONE = "none"
    CARE = "care"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of a row; ``until``: the day on which it expires."""

    text: str
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One of the seven rows."""

    title: str
    mark: Mark
    word: str
    facts: Sequence[Fact] = ()
    source: str = ""
    on: date | None = None


def evidence_of(match: Match, actor: User) -> list[Evidence]:
    """The seven rows of a match read with its details, for who oversees it. Thirteen queries at most.

    Interviews are those that ``actor`` may read: of the guide's own organization.
    """
    interviews = list(
        interviews_visible_to(actor)
        .filter(volunteer=match.volunteer_id)
        .select_related("guide__user")
        .order_by("-held_on", "-pk")
    )
    facts = facts_of(match)
    return [
        _identity(interviews),
        _interview(interviews),
        _past(match),
        _insurance(match),
        _work(match, facts),
        _wishes(match, facts),
        _cautions(match, facts),
    ]


def _identity(interviews: Sequence[Interview]) -> Evidence:
    title = _("Identity")
    shown = next((row for row in interviews if row.identity), None)
    if shown is None:
        return Evidence(title=title, mark=Mark.NONE, word=_("not checked yet"))
    return Evidence(
        title=title, mark=Mark.OK, word=_("checked"), facts=[Fact(text=str(shown.get_identity_display()))],
        source=shown.guide.user.name, on=shown.held_on,
    )  # fmt: skip


def _interview(interviews: Sequence[Interview]) -> Evidence:
    title = _("Interview")
    if not interviews:
        return Evidence(title=title, mark=Mark.NONE, word=_("not held yet"))
    last = interviews[0]
    return Evidence(
        title=title, mark=Mark.OK, word=_("held"), facts=[Fact(text=last.note)],
        source=f"{last.get_how_display()} {last.guide.user.name}", on=last.held_on,
    )  # fmt: skip


def _past(match: Match) -> Evidence:
    """What the two did together, what the participant did elsewhere, and whether it kept its word."""
    title = _("Past activities")
    rows = list(Relation.objects.filter(volunteer=match.volunteer_id).order_by("-last_on", "-pk"))
    here = next((row for row in rows if row.region_id == match.need.region_id and row.days), None)
    elsewhere = sum(row.days for row in rows if row is not here)
    facts = [Fact(text=_("Elsewhere: %(days)d days") % {"days": elsewhere})] if elsewhere else []
    missed = sum(row.promised - row.kept for row in rows)
    if missed:
        facts.append(Fact(text=_("Promises not kept: %(count)d") % {"count": missed}))
    mark = Mark.CARE if missed else Mark.OK if here or elsewhere else Mark.NONE
    if here is None:
        return Evidence(title=title, mark=mark, word=_("not here yet"), facts=facts)
    days = _("%(days)d days here") % {"days": here.days}
    return Evidence(
        title=title, mark=mark, word=days, facts=facts, source=_("attested, last on"), on=here.last_on
    )


def _insurance(match: Match) -> Evidence:
    """What the participant says of it; whether it covers the day is checked before the day (a precondition)."""
    title, stated = _("Insurance"), match.volunteer.insurance
    if not stated:
        return Evidence(title=title, mark=Mark.NONE, word=_("not recorded"))
    return Evidence(
        title=title,
        mark=Mark.OK,
        word=_("stated"),
        facts=[Fact(text=stated)],
        source=_("as the participant says"),
    )


def _work(match: Match, facts: Facts) -> Evidence:
    """What the participant can do of the work, and the qualifications asked for."""
    told = match.explanation
    lines = [Fact(text=work_line(row, facts.work)) for row in told.get("work", [])]
    lines += [Fact(text=ask.text, until=ask.until) for ask in facts.asked]
    quarters = [row["credit"] for row in told.get("work", [])]
    word, mark = _fit(quarters, is_stated=told.get("work_stated", False))
    if any(ask.is_missing for ask in facts.asked):
        word, mark = _("a qualification is missing"), Mark.CARE
    return Evidence(
        title=_("Can do ⇔ is needed"), mark=mark, word=word, facts=lines, source=_("as the participant says")
    )


def _wishes(match: Match, facts: Facts) -> Evidence:
    """What the participant looks for and the community gives, with how far each permission has come."""
    told = match.explanation
    lines = [Fact(text=gifts_line(row, facts.assets)) for row in told.get("wishes", [])]
    lines += [Fact(text=given.text, until=given.until) for given in facts.given]
    quarters = [row["credit"] for row in told.get("wishes", [])]
    stated = told.get("wishes_stated", False) and told.get("offers_stated", False)
    word, mark = _fit(quarters, is_stated=stated)
    if any(given.is_open for given in facts.given):
        word, mark = _("a permission is open"), Mark.CARE
    return Evidence(title=_("Looked for ⇔ is given"), mark=mark, word=word, facts=lines)


def _fit(quarters: Sequence[int], *, is_stated: bool) -> tuple[str, Mark]:
    """How much of what is wanted is covered, in a word."""
    if not is_stated or not quarters:
        return _("not stated"), Mark.NONE
    if all(quarters):
        return _("fits"), Mark.OK
    return (_("fits in part"), Mark.NONE) if any(quarters) else (_("does not fit"), Mark.CARE)


def _cautions(match: Match, facts: Facts) -> Evidence:
    """Rules that fail, what the engine warns of, dangers, children, and the limit on a first visit."""
    lines = [Fact(text=text) for text in [*warnings_of(match), *facts.dangers]]
    warned = bool(warnings_of(match))
    if match.volunteer.has_minors:
        lines.append(Fact(text=_("People under 18 come along: a guardian's consent is needed.")))
    if match.is_first_visit and match.volunteer.size > match.people:
        lines.append(Fact(text=_first_visit(match)))
    word = _("look at this") if warned else _("to be said") if lines else _("nothing")
    return Evidence(title=_("To take care of"), mark=Mark.CARE if warned else Mark.OK, word=word, facts=lines)


def _first_visit(match: Match) -> str:
    return _("A party of %(size)d, but at most %(most)d come on a first visit: please tell its representative.") % {
        "size": match.volunteer.size, "most": match.need.region.first_visit_max,
    }  # fmt: skip


def warnings_of(match: Match) -> list[str]:
    """What the engine warns of, in words: failed rules first, then everything that may not fit. No query."""
    told = match.explanation
    failed = [barrier_sentence(code) for code in told.get("failed", [])]
    caveats = [str(SENTENCES[code]) for code in told.get("all_caveats", []) if code in SENTENCES]
    return [text for text in [*failed, *caveats] if text]


def knows_well(match: Match) -> bool:
    """Whether the pair knows each other and nothing is flagged: such may be approved together with others. No query."""
    return not match.is_first_visit and not warnings_of(match)


def unseen_by_engine(match: Match) -> list[str]:
    """What no score knows: own words, what was said in interviews, insurance; and what was not stated at all."""
    told: dict[str, Any] = match.explanation
    stated: Iterable[tuple[str, bool]] = (
        (_("What the participant can do is not stated: it counts as neither good nor bad."), told.get("work_stated", False)),
        (_("What the participant looks for is not stated: it counts as neither good nor bad."), told.get("wishes_stated", False)),
        (_("What the community gives is not stated: it counts as neither good nor bad."), told.get("offers_stated", False)),
    )  # fmt: skip
    return [
        *(text for text, is_stated in stated if not is_stated),
        _("Interviews, insurance and what people wrote in their own words are not read by the computation."),
    ]
