"""Who may what at the addresses of matching. See ``tests.support.matrix``; the match is hana's with ume's community."""

from __future__ import annotations

from collections.abc import Callable

from matching.models import Match, MatchRun, NeedDiagnosis
from matching.services.weights import ensure_weights
from tests.matching.api import acts
from tests.support.matrix import Case, Scene, Values, signed_in

SEEN = (401, 404, 200, 200, 200, 200, 200)
FOR_ADMIN = (401, 403, 403, 403, 403, 403, 200)
FOR_REGION = (401, 403, 403, 200, 200, 200, 200)


def stage_of(scene: Scene) -> acts.Scene:
    return acts.Scene(need=scene.mowing, party=scene.hana_party, guide=scene.mori)


def asking(scene: Scene) -> Values:
    return {"public_id": stage_of(scene).asking().public_id}


def of_act(act: acts.Act) -> Case:
    """One act of the table, at the stage it is for."""
    return Case(
        f"match-{act.name}",
        "POST",
        (401, 404, *act.statuses),
        where=lambda scene: {"public_id": act.stage(stage_of(scene)).public_id},
        body=lambda _scene: act.body(Match.objects.latest("pk")),
    )


def proposal(scene: Scene) -> Values:
    slots = [slot.public_id for slot in scene.mowing.slots.all()]
    return {"need": scene.mowing.public_id, "party": scene.hana_party.public_id, "slots": slots}


def run_of(scene: Scene) -> MatchRun:
    return MatchRun.objects.create(scope="all", requested_by=scene.admin, weights=ensure_weights())


def run(scene: Scene) -> Values:
    return {"public_id": run_of(scene).public_id}


def diagnosed(scene: Scene) -> Values:
    facts = {"feasible": 0, "compared": 3, "rules": [], "run": run_of(scene)}
    NeedDiagnosis.objects.create(need=scene.mowing, **facts)
    return {"public_id": scene.mowing.public_id}


def need(scene: Scene) -> Values:
    return {"public_id": scene.mowing.public_id}


def slot(scene: Scene) -> Values:
    return {"public_id": scene.mowing.slots.get().public_id}


def said(**body: object) -> Callable[[Scene], Values]:
    return lambda _scene: dict(body)


CASES = [
    *(of_act(act) for act in acts.ACTS),
    Case("matches", "GET", signed_in(200)),
    # yuki may not name a party that is not hers; the administrator is of neither side and no guide
    Case("matches", "POST", (401, 422, 201, 201, 201, 201, 403), body=proposal),
    Case("match", "GET", SEEN, where=asking),
    Case("match-contacts", "GET", (*SEEN[:-1], 404), where=asking),
    Case("match-events", "GET", SEEN, where=asking),
    Case("match-messages", "GET", (*SEEN[:-1], 404), where=asking),
    Case(
        "match-messages",
        "POST",
        (401, 404, 201, 201, 201, 201, 404),
        where=asking,
        body=lambda _scene: {"text": "長靴で大丈夫ですか。"},
    ),
    Case("review-queue", "GET", signed_in(200)),
    Case("call-list", "GET", signed_in(200)),
    Case("relations", "GET", signed_in(200)),
    Case(
        "blocks",
        "POST",
        (401, 422, 201, 201, 201, 403, 403),
        body=lambda scene: {"match": stage_of(scene).asking().public_id},
    ),
    Case("need-diagnosis", "GET", (401, 404, 404, 200, 200, 200, 200), where=diagnosed),
    Case("need-close", "POST", FOR_REGION, where=need),
    Case("slot-places", "POST", FOR_REGION, where=slot, body=said(places=9)),
    Case("slot-cancel", "POST", FOR_REGION, where=slot, body=said(reason="weather")),
    Case("runs", "GET", signed_in(200)),
    Case("runs", "POST", (401, 403, 403, 403, 403, 403, 202)),
    Case("run", "GET", (401, 404, 404, 404, 404, 200, 200), where=run),
    Case("run-cancel", "POST", (401, 404, 404, 404, 404, 403, 200), where=run),
    Case("weights", "GET", FOR_ADMIN),
    Case(
        "weights",
        "POST",
        (*FOR_ADMIN[:-1], 201),
        body=said(numbers={"top_k": 40}, note="幅を狭める"),
    ),
    Case("weights-activate", "POST", FOR_ADMIN, where=lambda _scene: {"version": ensure_weights().version}),
    Case("invariants", "GET", FOR_ADMIN),
]
