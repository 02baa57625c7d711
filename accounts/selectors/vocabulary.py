"""The vocabularies as screens and the engine want them. Each function is one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from accounts.models.vocabulary import AssetKind, Kind, WorkKind

ROOT = -1
K = TypeVar("K", bound=Kind)


@dataclass(frozen=True)
class KindNode:
    """A kind with the kinds below it, in the order of the screen."""

    kind: Kind
    children: tuple[KindNode, ...]


@dataclass(frozen=True)
class KindPlane:
    """One tree by bit: index = bit, -1 = no parent. Bits no kind has are roots of load 1, and retired."""

    parents: tuple[int, ...]
    credit_from_parent: tuple[bool, ...]
    loads: tuple[int, ...]
    retired: tuple[int, ...]


@dataclass(frozen=True)
class EngineVocabulary:
    """Both trees as plain tuples, retired kinds included: old needs and abilities still name them."""

    work: KindPlane
    asset: KindPlane


def work_kind_tree() -> tuple[KindNode, ...]:
    """The kinds of work in use, as trees."""
    return _tree(list(WorkKind.objects.filter(retired=False)))


def asset_kind_tree() -> tuple[KindNode, ...]:
    """The kinds of assets in use, as trees."""
    return _tree(list(AssetKind.objects.filter(retired=False)))


def engine_vocabulary() -> EngineVocabulary:
    """What the engine needs to know of both trees. Two queries."""
    return EngineVocabulary(
        work=_plane(
            list(WorkKind.objects.all()),
            credit=lambda kind: kind.credit_from_parent,
            load=lambda kind: kind.load,
        ),
        asset=_plane(list(AssetKind.objects.all()), credit=lambda _kind: True, load=lambda _kind: 1),
    )


def _tree(kinds: Sequence[Kind]) -> tuple[KindNode, ...]:
    """A kind whose parent is retired is shown as a root rather than lost."""
    used = {kind.pk for kind in kinds}
    below: dict[int | None, list[Kind]] = defaultdict(list)
    for kind in kinds:
        below[kind.parent_id if kind.parent_id in used else None].append(kind)

    def grown(parent: int | None) -> tuple[KindNode, ...]:
        return tuple(KindNode(kind, grown(kind.pk)) for kind in below[parent])

    return grown(None)


def _plane(kinds: Sequence[K], *, credit: Callable[[K], bool], load: Callable[[K], int]) -> KindPlane:
    bit_of = {kind.pk: kind.bit for kind in kinds}
    by_bit = {kind.bit: kind for kind in kinds}
    bits = range(max(by_bit, default=-1) + 1)
    return KindPlane(
        parents=tuple(bit_of.get(by_bit[bit].parent_id, ROOT) if bit in by_bit else ROOT for bit in bits),
        credit_from_parent=tuple(bit not in by_bit or credit(by_bit[bit]) for bit in bits),
        loads=tuple(load(by_bit[bit]) if bit in by_bit else 1 for bit in bits),
        retired=tuple(bit for bit in bits if bit not in by_bit or by_bit[bit].retired),
    )
