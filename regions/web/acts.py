"""The next steps of a need by its stage, as data that the page of the need reads: the main one first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from regions.enums import NeedStage


class NextStep(NamedTuple):
    """A link to a page: its address takes community and need, and the act where it names one."""

    label: Any
    page: str
    act: str = ""


READ = NextStep(_("Read it back and record the consent"), "need-read")
HEAR = NextStep(_("The interview begins"), "need-act", "hear")
REVISE = NextStep(_("Revise"), "need-revise")
DATES = NextStep(_("Add dates"), "need-dates")
PAUSE = NextStep(_("Pause"), "need-act", "pause")
CLOSE = NextStep(_("Close for good"), "need-act", "close")
REOPEN = NextStep(_("Read it back and make it public"), "need-read")

NEXT_STEPS: Mapping[str, tuple[NextStep, ...]] = {
    NeedStage.CONSULTING: (READ, REVISE, DATES, HEAR, CLOSE),
    NeedStage.HEARING: (READ, REVISE, DATES, CLOSE),
    NeedStage.CONSENTED: (REOPEN, REVISE, DATES, CLOSE),
    NeedStage.OPEN: (REVISE, DATES, PAUSE, CLOSE),
    NeedStage.CLOSED: (),
}
