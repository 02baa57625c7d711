"""What keeps people from a need and what would bring more, in words: for its guides and its community."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from matching.engine import ReasonCode
from matching.models import NeedDiagnosis
from matching.selectors.change_words import ChangeWords
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
    words, sooner = ChangeWords({}), "もう少し先の日にすると、あと1件に頼めます。"
    date = NeedDiagnosis.objects.get().changes[1]
    assert answer.status_code == 200
    assert answer.json() | {"at": ""} == {
        "need": need.public_id,
        "run": run.public_id,
        "feasible": 0,
        "compared": 1,
        "rules": [{"code": "too_soon", "text": said, "failed": 1, "only": 1}],
        "changes": [
            {"code": "too_soon", "text": sooner, "detail": {}, "brings": 1},
            {"code": "no_common_date", "text": words.sentence(date), "detail": date["detail"], "brings": 1},
        ],
        "finds_enough": False,
        "at": "",
    }
    assert str(date["brings"]) in words.sentence(date)
