"""What the pages about paper show once somebody has filled something in, and what they refuse."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from regions.services.emergency import keep_region_card
from tests.browser.staging import Stage, refused
from tests.matching import saga as story
from tests.support.matrix import Scene, Values


def emergency_card_filled(page: Any, scene: Scene) -> None:
    keep_region_card(
        actor=scene.ume, region=scene.mowing.region, rescue_address="佐賀市富士町12番地 公民館の前", hospital="富士の病院",
        hospital_phone="0952-00-0000", hospital_minutes=25, aed_place="公民館の玄関（鍵はかかっていません）", signal="patchy",
        signal_place="鳥居の前", stop_wbgt=31, thunder_rule="音が聞こえたら公民館へ",
    )  # fmt: skip
    page.goto(reverse("emergency-card", args=[scene.mowing.public_id]))


def paper_of_a_promise(page: Any, scene: Scene) -> None:
    story.agreed(scene.mowing, scene.hana_party, guide=scene.mori)
    page.goto(reverse("paper-list", args=[scene.mowing.region.public_id]))


def community(scene: Scene) -> Values:
    return {"public_id": scene.mowing.region.public_id}


PAPER_STAGES = [
    Stage("stage-emergency-card", "ume", emergency_card_filled),
    Stage("stage-emergency-form-wrong", "ume", refused("region-emergency", community, stop_wbgt="99")),
    Stage("stage-paper-agreed", "mori", paper_of_a_promise),
]
