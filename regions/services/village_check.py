"""集落点検: what a place lacks and what it has, gone through in one sitting; the answers become drafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Invalid, NotAllowed
from accounts.models import AssetKind, User, WorkKind
from accounts.models.vocabulary import VocabularyEntry
from accounts.services.audit import record
from accounts.services.checks import Problems, entries_by_code
from regions.enums import NeedStage
from regions.locks import lock_region
from regions.models import Need, Offer, Region
from regions.policies import can_post_for
from regions.services.behalf import behalf_of
from regions.services.inputs import AssetInput, WorkInput
from regions.services.needs import post_need
from regions.services.offers import post_offer

TITLE_MAX = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the sheet: a kind of work or of asset by code, and what was said of it."""

    code: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Drafts:
    """What a sitting led to."""

    needs: list[Need]
    offers: list[Offer]


@transaction.atomic
def record_village_check(
    *,
    actor: User,
    region: Region,
    lacks: Sequence[Finding],
    has: Sequence[Finding],
    on_behalf_of: str = "",
) -> Drafts:
    """Post a consultation for everything that is lacking, and an offer that is not given yet for everything that is there.

    A line is named by its words, else by its kind; what stands under that name already (a need that is not closed, any
    offer) is left as it is, so that the sheet may be sent twice. Nothing becomes public. Locks the region; audits; effects
    of ``post_need`` and ``post_offer``.

    Raises:
        NotAllowed("not_your_community"), Invalid("nothing_found"): neither lacks nor has anything.
        Invalid: ``workkind_unknown``, ``assetkind_unknown``, and the refusals of both services.
    """
    if not can_post_for(actor, region):
        raise NotAllowed("not_your_community", _("You may not post for this community."))
    if not lacks and not has:
        raise Invalid("nothing_found", _("Tick at least one line, or write a word on it."))
    region = lock_region(region.pk)
    problems = Problems()
    work = entries_by_code(problems, WorkKind, [row.code for row in lacks], field="lacks")
    assets = entries_by_code(problems, AssetKind, [row.code for row in has], field="has")
    problems.refuse()
    drafts = Drafts(
        [_need(actor, region, row, title, on_behalf_of) for row, title in _new_needs(region, lacks, work)],
        [_offer(actor, region, row, title, on_behalf_of) for row, title in _new_offers(region, has, assets)],
    )
    details = {"needs": len(drafts.needs), "offers": len(drafts.offers)}
    behalf = behalf_of(actor, region, on_behalf_of)
    record(
        actor=actor,
        action="region.village_check",
        target=region,
        label=region.name,
        on_behalf_of=behalf,
        details=details,
    )
    return drafts


def _title(row: Finding, kind: VocabularyEntry) -> str:
    said = row.words.strip().splitlines()
    return said[0][:TITLE_MAX] if said else kind.label


def _new_needs(
    region: Region, lacks: Sequence[Finding], kinds: dict[str, WorkKind]
) -> list[tuple[Finding, str]]:
    standing = set(region.needs.exclude(stage=NeedStage.CLOSED).values_list("title", flat=True))
    named = [(row, _title(row, kinds[row.code])) for row in lacks]
    return [(row, title) for row, title in named if title not in standing]


def _new_offers(
    region: Region, has: Sequence[Finding], kinds: dict[str, AssetKind]
) -> list[tuple[Finding, str]]:
    standing = set(region.offers.values_list("title", flat=True))
    named = [(row, _title(row, kinds[row.code])) for row in has]
    return [(row, title) for row, title in named if title not in standing]


def _need(actor: User, region: Region, row: Finding, title: str, on_behalf_of: str) -> Need:
    return post_need(
        actor=actor, region=region, on_behalf_of=on_behalf_of, title=title, story=row.words.strip(),
        work=[WorkInput(code=row.code)],
    )  # fmt: skip


def _offer(actor: User, region: Region, row: Finding, title: str, on_behalf_of: str) -> Offer:
    return post_offer(
        actor=actor, region=region, on_behalf_of=on_behalf_of, title=title, conditions=row.words.strip(), is_active=False,
        assets=[AssetInput(code=row.code)],
    )  # fmt: skip
