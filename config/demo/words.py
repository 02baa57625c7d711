"""From the words of the scenario file to the codes of the house. The only place that knows both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from accounts.enums import AbilityLevel, LegalStatus, PartyKind, QualificationLevel
from regions.enums import ConsentMatter, PermissionStatus
from regions.services.occurrences import WEEKDAYS

LEGAL_STATUS = {"事業者": LegalStatus.BUSINESS, "行政機関等": LegalStatus.ADMINISTRATIVE}
LEVELS = {
    "未経験・意欲あり": AbilityLevel.WILLING,
    "できる": AbilityLevel.ABLE,
    "経験あり": AbilityLevel.EXPERIENCED,
    "得意": AbilityLevel.SKILLED,
}
QUALIFICATION_LEVELS = {
    "法令必須": QualificationLevel.REQUIRED_BY_LAW,
    "主催者指定": QualificationLevel.REQUIRED_BY_HOST,
    "推奨": QualificationLevel.RECOMMENDED,
}
PERMISSIONS = {
    "調整中": PermissionStatus.PENDING,
    "内諾": PermissionStatus.INFORMAL,
    "承諾": PermissionStatus.GRANTED,
}
PARTY_KINDS = {"individual": PartyKind.INDIVIDUAL, "household": PartyKind.HOUSEHOLD, "group": PartyKind.GROUP}
DATE_WORDS = ("日取り", "予定", "行事")
PARTY_WORDS = ("受け入れ", "団体", "人数", "可否", "宿泊")


def employment_basis(words: str) -> str:
    """The recorded legal basis for referring to employment; empty where there is none."""
    return "" if words.startswith("なし") else words


def consent_matter(needed_for: str) -> ConsentMatter:
    """What a consent is needed for."""
    if any(word in needed_for for word in DATE_WORDS):
        return ConsentMatter.DATES
    if any(word in needed_for for word in PARTY_WORDS):
        return ConsentMatter.NEW_PARTY
    return ConsentMatter.OFFER_USE


def mmdd(text: str) -> int:
    """``06-20`` as 620."""
    month, day = text.split("-")
    return int(month) * 100 + int(day)


def mask(values: list[Any], order: tuple[Any, ...]) -> int:
    """Bits of ``values`` by their place in ``order``."""
    return sum(1 << order.index(value) for value in values)


def availability_masks(words: Mapping[str, Any]) -> dict[str, int]:
    """Weekdays and months of an availability as masks; all parts of the day."""
    return {
        "weekdays": mask(words["weekdays"], WEEKDAYS),
        "months": mask(words["months"], tuple(range(1, 13))),
    }


def absence_spans(words: str, *, first_year: int) -> list[tuple[date, date]]:
    """``12-29〜01-03`` as spans of days in three years from ``first_year`` - 1 on."""
    begin, end = words.split("〜") if "〜" in words else (words, words)
    spans = []
    for year in range(first_year - 1, first_year + 2):
        end_year = year + (mmdd(end) < mmdd(begin))
        spans.append((date.fromisoformat(f"{year}-{begin}"), date.fromisoformat(f"{end_year}-{end}")))
    return spans


def youngest_age(words: str) -> int | None:
    """The smallest age named in 「13〜61歳（18歳未満は…）」 before any bracket; None where none is."""
    ages = [int(number) for number in re.findall(r"\d+", words.split("（", maxsplit=1)[0])]
    return min(ages, default=None)


NOT_PARAMETERS = frozenset({"rule", "places", "rain", "note", "from", "to"})


def rule_parameters(words: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a slot rule: the file says ``to`` where the rule says ``until``."""
    span = {"from": words["from"], "until": words["to"]} if "from" in words else {}
    return span | {name: value for name, value in words.items() if name not in NOT_PARAMETERS}
