"""One prefecture exactly, groups and lone people together, by OR-Tools CP-SAT. Heavy to import: see `packing`.

One worker, a fixed seed and a limit in deterministic time, so that the same question gives the same answer on every
machine and at every try.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from matching.engine.prefectures import Question, worth_of
from matching.engine.snapshot import I64, Bools

Terms = list[cp_model.LinearExprT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Improved:
    """Which edges are chosen, what they are worth with their bonuses, and whether nothing can be worth more."""

    chosen: Bools
    value: int
    optimal: bool


def improved(question: Question, *, effort: float) -> Improved:
    """The best placement found with so much `effort` (CP-SAT's deterministic time), as it stands if there was too little.

    The problem is a flow but for the groups, so the linear relaxation decides nearly all of it (ten times as fast as
    without); looking for symmetries and probing only cost time.
    """
    build = _Model(question)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = effort
    solver.parameters.linearization_level = 2
    solver.parameters.symmetry_level = 0
    solver.parameters.cp_model_probing_level = 0
    status = solver.solve(build.model)
    found = status in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    chosen = [solver.boolean_value(each) for each in build.taken] if found else question.taken
    return Improved(
        chosen=np.asarray(chosen, dtype=np.bool_),
        value=round(solver.objective_value) if found else worth_of(question),
        optimal=status == cp_model.OPTIMAL,
    )


class _Model:
    """Variables and constraints of a question; a bonus is a variable that may be true when somebody has earned it."""

    def __init__(self, question: Question) -> None:
        self.question, self.model = question, cp_model.CpModel()
        self.taken = [self.model.new_bool_var("") for _ in question.least]
        self.worth: Terms = []
        flow = question.flow
        self.need = flow.slot_need[flow.slot]
        self.region = flow.need_region[self.need]
        self._limits()
        for need, edges in _by(self.need):
            self._coverage(need, edges)
        for region, edges in _by(self.region):
            self._first_in_region(region, edges)
        scores = zip(self.taken, flow.worth.tolist(), strict=True)
        self.model.maximize(cp_model.LinearExpr.sum([*self.worth, *(var * score for var, score in scores)]))
        for var, hinted in zip(self.taken, question.taken.tolist(), strict=True):
            self.model.add_hint(var, hinted)

    def _limits(self) -> None:
        """A party once; places of a slot, proposals of a need, what guides can read; nobody at two places at once."""
        question, flow = self.question, self.question.flow
        for _, edges in _by(flow.party):
            self.model.add_at_most_one(self._of(edges))
        for slot, edges in _by(flow.slot):
            least = question.least[edges].tolist()
            self.model.add(
                cp_model.LinearExpr.weighted_sum(self._of(edges), least) <= int(flow.slot_places[slot])
            )
        for need, edges in _by(self.need):
            self.model.add(cp_model.LinearExpr.sum(self._of(edges)) <= int(flow.need_left[need]))
        for guide, edges in _by(flow.region_guide[self.region]):
            self.model.add(cp_model.LinearExpr.sum(self._of(edges)) <= int(flow.guide_left[guide]))
        for one, other in question.apart.T.tolist():
            self.model.add_at_most_one([self.taken[one], self.taken[other]])

    def _coverage(self, need: int, edges: I64) -> None:
        """The bonuses of a need, counted as the room counts them: groups first, those of one person before the others.

        A second person is one who finds one alone there: no group of more, or a group of one that came before it.
        """
        flow, served = self.question.flow, int(self.question.flow.need_served[need])
        came = cp_model.LinearExpr.sum(self._of(edges))
        if served == 0:
            first, second = self._bonus(flow.first), self._bonus(flow.second)
            self.model.add(first + second <= came)
            self.model.add_implication(second, first)
            ahead = edges[self.question.single[edges] & ~self.question.lone[edges]]
            more = self.model.new_bool_var("")
            for edge in edges[~self.question.single[edges]].tolist():
                self.model.add_implication(self.taken[edge], more)
            self.model.add(second + more <= 1 + cp_model.LinearExpr.sum(self._of(ahead)))
        elif served == 1:
            self.model.add(self._bonus(flow.second) <= came)

    def _first_in_region(self, region: int, edges: I64) -> None:
        if self.question.flow.region_open[region]:
            bonus = self._bonus(self.question.flow.region_first)
            self.model.add(bonus <= cp_model.LinearExpr.sum(self._of(edges)))

    def _bonus(self, micro: int) -> cp_model.IntVar:
        var = self.model.new_bool_var("")
        self.worth.append(var * micro)
        return var

    def _of(self, edges: I64) -> list[cp_model.IntVar]:
        return [self.taken[edge] for edge in edges.tolist()]


def _by(keys: I64) -> Iterable[tuple[int, I64]]:
    """Every key with the positions at which it stands, both in ascending order."""
    order = np.argsort(keys, kind="stable")
    values, starts = np.unique(keys[order], return_index=True)
    return zip(values.tolist(), np.split(order, starts[1:]), strict=True)
