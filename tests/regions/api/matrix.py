"""Who may what at the addresses of regions. See ``tests.support.matrix``; the community is ume's, kenji's and mori's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from regions.enums import NeedStage
from regions.models import Need
from tests.builders import SAGA, at_tokyo, sunday_ahead
from tests.support.matrix import Case, Scene, Values, everybody

ACTS = (401, 403, 403, 200, 200, 200, 200)  # the community has an open need: everybody knows that it exists
MAKES = (401, 403, 403, 201, 201, 201, 201)
HIDDEN = (401, 404, 404, 200, 200, 200, 200)  # a need that is not public yet
FOR_ADMIN = (401, 403, 403, 403, 403, 403, 200)


def region(scene: Scene) -> Values:
    return {"public_id": scene.mowing.region.public_id}


def municipality(scene: Scene) -> Values:
    return {"code": scene.saga.municipality_id}


def need(scene: Scene) -> Values:
    return {"public_id": scene.mowing.public_id}


def need_in(stage: NeedStage) -> Callable[[Scene], Values]:
    def made(scene: Scene) -> Values:
        Need.objects.filter(pk=scene.mowing.pk).update(stage=stage)
        return need(scene)

    return made


def offer(scene: Scene) -> Values:
    assert scene.mowing.offers.count() == 1
    return {"public_id": scene.trails.public_id}


def in_region(**body: object) -> Callable[[Scene], Values]:
    return lambda scene: {"region": scene.mowing.region.public_id, **body}


def said(**body: object) -> Callable[[Scene], Values]:
    return lambda _scene: dict(body)


def date(_scene: Scene) -> Values:
    start_at = at_tokyo(sunday_ahead(90), 8)
    end_at = start_at + timedelta(hours=4)
    return {"start_at": start_at.isoformat(), "end_at": end_at.isoformat(), "places": 5}


def rule(_scene: Scene) -> Values:
    parameters = {"nth": 2, "weekday": "sun", "months": [5, 10], "start": "08:00", "end": "12:00"}
    return {"kind": "nth_weekday", "places": 5, "parameters": parameters}


def officer(scene: Scene) -> Values:
    return {"code": SAGA, "user_id": scene.kenji.public_id}


CASES = [
    Case("regions", "GET", everybody(200)),
    # ume represents one community; that lets her record no others
    Case("regions", "POST", (401, 403, 403, 403, 201, 201, 201), body=said(municipality=SAGA, name="隣")),
    Case("region", "GET", everybody(200), where=region),
    Case("region", "PATCH", ACTS, where=region, body=said(people=37)),
    Case("region-quiet-periods", "PUT", ACTS, where=region, body=said(quiet_periods=[])),
    Case("region-required-consents", "PUT", ACTS, where=region, body=said(required_consents=[])),
    Case("region-representatives", "POST", MAKES, where=region, body=said(role="区長")),
    Case("region-guide", "PUT", FOR_ADMIN, where=region, body=lambda scene: {"guide": scene.mori.public_id}),
    Case("region-emergency-card", "GET", ACTS, where=region),
    Case("region-emergency-card", "PATCH", ACTS, where=region, body=said(stop_wbgt=31)),
    Case("officers", "GET", FOR_ADMIN, where=municipality),
    Case(
        "officers",
        "POST",
        (401, 403, 403, 403, 403, 403, 201),
        where=municipality,
        body=lambda scene: {"user": scene.hana.public_id},
    ),
    Case("officer", "DELETE", (401, 403, 403, 403, 403, 403, 204), where=officer),
    Case("needs", "GET", everybody(200)),
    Case("needs", "POST", MAKES, body=in_region(title="溝掃除")),
    Case("need", "GET", everybody(200), where=need),
    Case("need", "PATCH", ACTS, where=need, body=said(title="秋の草刈り")),
    Case("need-emergency-card", "GET", ACTS, where=need),
    Case("need-emergency-card", "PATCH", ACTS, where=need, body=said(aed_place="公民館")),
    Case("need-advance", "POST", HIDDEN, where=need_in(NeedStage.CONSULTING), body=said(to="hearing")),
    Case("need-open", "POST", HIDDEN, where=need_in(NeedStage.CONSENTED)),
    Case("need-slots", "POST", MAKES, where=need, body=date),
    Case("need-rules", "POST", MAKES, where=need, body=rule),
    Case("offers", "GET", everybody(200)),
    Case("offers", "POST", MAKES, body=in_region(title="山道", assets=[{"code": "trail_mtb"}])),
    Case("offer", "GET", everybody(200), where=offer),
    Case("offer", "PATCH", ACTS, where=offer, body=said(conditions="雨の日は休み")),
    Case("offer-permissions", "POST", MAKES, where=offer, body=said(holder="水利組合", status="informal")),
]
