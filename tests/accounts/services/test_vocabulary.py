"""Words edited by hand: only by administrators, on record, code and bit fixed, no circle, no 129th kind."""

from __future__ import annotations

import pytest

from accounts.enums import QualificationLevel
from accounts.errors import Invalid, NotAllowed
from accounts.models import AssetKind, AuditEntry, Hazard, Outbox, Qualification, SurveyActivity, WorkKind
from accounts.models.vocabulary import LAST_BIT
from accounts.services.vocabulary import Asked, map_activity, set_typical, store_entry
from matching.engine.types import KINDS_MAX


def test_edit_keeps_code_and_bit_whatever_the_entry_says(reference, admin):
    kind = WorkKind.objects.get(code="grass")
    bit = kind.bit
    kind.name_en, kind.code, kind.bit = "mowing", "mowing", 63
    store_entry(kind, actor=admin)
    stored = WorkKind.objects.get(pk=kind.pk)
    assert (stored.code, stored.bit, stored.name_en) == ("grass", bit, "mowing")
    assert stored.edited_at is not None


def test_new_kind_gets_the_next_bit(reference, admin):
    parent = AssetKind.objects.get(code="food")
    kind = store_entry(AssetKind(code="tea", name_ja="お茶", name_en="tea", parent=parent), actor=admin)
    assert AssetKind.objects.get(code="tea").bit == 45
    assert kind.pk is not None


def test_65th_kind_has_room_and_the_129th_is_refused(reference, admin):
    made = store_entry(WorkKind(code="one_more", name_ja="もう一つ", name_en="one more"), actor=admin)
    assert made.bit == 64
    WorkKind.objects.bulk_create(
        WorkKind(code=f"k{bit}", name_ja="種", name_en="kind", bit=bit) for bit in range(65, 128)
    )
    with pytest.raises(Invalid) as refused:
        store_entry(WorkKind(code="too_many", name_ja="多すぎ", name_en="too many"), actor=admin)
    assert refused.value.code == "vocabulary_full"
    assert WorkKind.objects.count() == 128


def test_place_in_the_engine_is_there_for_every_kind():
    assert LAST_BIT + 1 == KINDS_MAX


def test_change_is_on_record_from_what_to_what(reference, admin):
    kind = WorkKind.objects.get(code="grass")
    kind.name_ja, kind.load = "草を刈る", 3
    store_entry(kind, actor=admin)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.target_label) == ("vocabulary.change", admin, "grass")
    assert entry.details == {"name_ja": ["草刈り", "草を刈る"], "load": ["2", "3"]}
    store_entry(WorkKind.objects.get(code="grass"), actor=admin)
    store_entry(Hazard(code="bear", name_ja="熊", name_en="bear"), actor=admin)
    actions = AuditEntry.objects.order_by("pk").values_list("action", "target_label")
    assert list(actions) == [("vocabulary.change", "grass"), ("vocabulary.add", "bear")]


@pytest.mark.parametrize(
    ("change", "owed"),
    [
        ({"load": 3}, 1),
        ({"credit_from_parent": False}, 1),
        ({"parent": None}, 1),
        ({"name_ja": "草を刈る"}, 0),
        ({"retired": True}, 0),
    ],
)
def test_what_the_engine_reads_owes_a_look_at_everything(reference, admin, change, owed):
    kind = WorkKind.objects.get(code="grass")
    for name, value in change.items():
        setattr(kind, name, value)
    store_entry(kind, actor=admin)
    rows = Outbox.objects.filter(topic="matching.rescore")
    assert [row.payload for row in rows] == [{"all": True}] * owed


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name_ja": ""}, "name_ja"),
        ({"name_en": "x" * 61}, "name_en"),
        ({"load": 4}, "load"),
        ({"months": [13]}, "months"),
        ({"months": [[]]}, "months"),
        ({"where": ["moon"]}, "where"),
        ({"aliases": ["x" * 81]}, "aliases"),
        ({"aliases": [""] * 31}, "aliases"),
    ],
)
def test_wrong_values_are_named_and_change_nothing(reference, admin, change, field):
    kind = WorkKind.objects.get(code="grass")
    for name, value in change.items():
        setattr(kind, name, value)
    with pytest.raises(Invalid) as refused:
        store_entry(kind, actor=admin)
    assert list(refused.value.fields) == [field]
    assert WorkKind.objects.get(code="grass").edited_at is None
    assert not AuditEntry.objects.exists()


def test_typical_dangers_and_qualifications_are_replaced_on_record(reference, admin, yuki):
    kind, heat = WorkKind.objects.get(code="grass"), Hazard.objects.get(code="heat")
    paper = Qualification.objects.get(code="brushcutter")
    asked = [Asked(paper, QualificationLevel.RECOMMENDED, "機械のとき")]
    with pytest.raises(NotAllowed):
        set_typical(actor=yuki, kind=kind, hazards=[], qualifications=[])
    with pytest.raises(Invalid):
        set_typical(actor=admin, kind=kind, hazards=[heat], qualifications=asked * 2)
    for _time in range(2):
        set_typical(actor=admin, kind=kind, hazards=[heat], qualifications=asked)
    assert list(kind.hazards.all()) == [heat]
    assert [(row.qualification, row.level) for row in kind.typical_qualifications.all()] == [
        (paper, QualificationLevel.RECOMMENDED)
    ]
    assert AuditEntry.objects.get().details == {
        "hazards": ["heat"],
        "qualifications": [["brushcutter", "recommended", "機械のとき"]],
    }


def test_kind_below_its_own_child_is_refused(reference, admin):
    kind = WorkKind.objects.get(code="commons")
    kind.parent = WorkKind.objects.get(code="grass_hand")
    with pytest.raises(Invalid) as refused:
        store_entry(kind, actor=admin)
    assert refused.value.code == "kind_below_itself"
    assert WorkKind.objects.get(code="commons").parent is None


def test_entry_by_someone_else_is_refused(reference, yuki):
    hazard = Hazard.objects.get(code="heat")
    hazard.name_ja = "暑さ"
    with pytest.raises(NotAllowed):
        store_entry(hazard, actor=yuki)
    assert Hazard.objects.get(code="heat").name_ja == "熱中症"


def test_activity_of_the_survey_is_mapped_anew_once_and_on_record(reference, admin):
    activity, grass = SurveyActivity.objects.get(number=5), WorkKind.objects.get(code="grass")
    before = sorted(activity.work_kinds.values_list("code", flat=True))
    assets = list(activity.asset_kinds.all())
    assert before != ["grass"]
    for _time in range(2):
        map_activity(actor=admin, activity=activity, work_kinds=[grass], asset_kinds=assets)
    assert list(activity.work_kinds.all()) == [grass]
    assert list(activity.asset_kinds.all()) == assets
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_label) == ("vocabulary.map_activity", activity.name_ja)
    assert entry.details == {"work_kinds": [before, ["grass"]]}


def test_only_administrators_map_activities(reference, hana, mori):
    activity = SurveyActivity.objects.get(number=5)
    before = list(activity.work_kinds.all())
    for actor in (hana, mori):
        with pytest.raises(NotAllowed):
            map_activity(actor=actor, activity=activity, work_kinds=[], asset_kinds=[])
    assert list(activity.work_kinds.all()) == before
    assert not AuditEntry.objects.exists()
