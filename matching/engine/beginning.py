"""Where newcomers are placed from: who has come before has a place already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.engine.edges import Edges, candidate_edges
from matching.engine.groups import place_relations
from matching.engine.needs import NeedSet
from matching.engine.packing import Placed, place_newcomers
from matching.engine.policy import Weights
from matching.engine.room import Room
from matching.engine.shards import Merged
from matching.engine.sharing import sharing_of
from matching.engine.snapshot import Snapshot

I32 = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """The usable pairs, and the room that existing relations and promises leave; it stays as it is. `haste`: see `packing`."""

    snapshot: Snapshot
    needs: NeedSet
    edges: Edges
    room: Room
    haste: int

    @classmethod
    def of(
        cls,
        *,
        snapshot: Snapshot,
        needs: NeedSet,
        merged: Merged,
        minutes: I32,
        weights: Weights,
        guide_capacity: Mapping[int, int],
        haste: int = 0,
    ) -> Beginning:
        """Judge the kept pairs again and place existing relations and promises. Arguments as of ``allocate``."""
        edges = candidate_edges(
            snapshot=snapshot, needs=needs, merged=merged, minutes=minutes, weights=weights
        )
        sharing = sharing_of(snapshot)
        room = Room(
            snapshot=snapshot, needs=needs, guide_capacity=guide_capacity, weights=weights, sharing=sharing
        )
        place_relations(room=room, edges=edges)
        return cls(snapshot=snapshot, needs=needs, edges=edges, room=room, haste=haste)

    def newcomers(self, weights: Weights) -> Placed:
        """Everybody else placed beside them, with these bonuses and turns."""
        room = self.room.under(weights)
        return place_newcomers(
            room=room, edges=self.edges, needs=self.needs, snapshot=self.snapshot, haste=self.haste
        )
