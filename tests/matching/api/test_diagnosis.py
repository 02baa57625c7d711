"""Why a need finds too few, in words: for its guides and its community."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from matching.engine import ReasonCode
from matching.selectors.reasons import BARRIERS
from tests.builders import make_need
from tests.matching.running import matched
from tests.support.api import API, as_user

pytestmark = pytest.mark.django_db


def test_diagnosis_says_each_rule_in_words(saga, trails, hana_party, mori) -> None:
    need = make_need(saga, offers=[trails], slots=[{"start_at": timezone.now() + timedelta(days=5)}])
    run = matched(need)
    answer = as_user(mori).get(f"{API}needs/{need.public_id}/diagnosis/")
    said = str(BARRIERS[ReasonCode.TOO_SOON])
    assert answer.status_code == 200
    assert answer.json() | {"at": ""} == {
        "need": need.public_id,
        "run": run.public_id,
        "feasible": 0,
        "compared": 1,
        "rules": [{"code": "too_soon", "text": said, "failed": 1, "only": 1}],
        "best_change": "too_soon",
        "best_change_text": said,
        "best_change_brings": 1,
        "at": "",
    }
