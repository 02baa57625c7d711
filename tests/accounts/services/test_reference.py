"""Loading reference data: complete, repeatable, and gentle to what administrators wrote."""

from __future__ import annotations

import gzip
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.enums import QualificationLevel, SurveyType
from accounts.models import (
    AssetKind,
    DataRelease,
    Hazard,
    KindQualification,
    Municipality,
    PostalCode,
    Qualification,
    SurveyActivity,
    WorkKind,
)
from accounts.services.reference import load_reference
from accounts.services.vocabulary import map_activity, store_entry

TABLES = (
    Municipality,
    PostalCode,
    Hazard,
    Qualification,
    WorkKind,
    AssetKind,
    KindQualification,
    SurveyActivity,
)


def rewrite(data, change):
    """A new edition of the vocabulary file."""
    path = data / "vocabulary.json"
    file = json.loads(path.read_text("utf-8"))
    change(file)
    path.write_text(json.dumps(file), "utf-8")


def kind_row(file, code):
    return next(row for row in file["work_kinds"] if row["code"] == code)


@pytest.mark.slow
def test_command_loads_the_whole_country_and_says_so_in_one_line(db):
    first, second = StringIO(), StringIO()
    call_command("load_reference", stdout=first)
    call_command("load_reference", stdout=second)
    assert Municipality.objects.count() == 1741
    assert PostalCode.objects.values("postal").distinct().count() == 120_720
    assert PostalCode.objects.count() == 120_801
    assert first.getvalue().startswith(
        "Reference data: 1741 municipalities, 120720 postal codes, 25 hazards, 17 qualifications, "
        "64 work kinds, 45 asset kinds, 31 survey activities in "
    )
    assert first.getvalue().count("\n") == 1
    assert second.getvalue() == "Reference data: already up to date.\n"


def test_load_fills_every_table(reference):
    assert [table.objects.count() for table in TABLES] == [6, 6, 25, 17, 64, 45, 28, 31]
    brush = WorkKind.objects.get(code="grass_brushcutter")
    assert (brush.parent.code, brush.load, brush.credit_from_parent, brush.min_age_hint) == (
        "grass",
        3,
        False,
        18,
    )
    assert set(brush.hazards.values_list("code", flat=True)) == {"blade", "flying", "heat", "sting", "fall"}
    trap = KindQualification.objects.get(kind__code="wildlife_trap")
    assert (trap.qualification.code, trap.level) == ("trap_licence", QualificationLevel.REQUIRED_BY_LAW)
    saga = Municipality.objects.get(code="412015")
    assert (saga.label, saga.code5, saga.prefecture_code, saga.kana) == (
        "佐賀県佐賀市",
        "41201",
        "41",
        "さがし",
    )


def test_load_maps_the_survey_word_for_word(reference):
    activity = SurveyActivity.objects.get(number=5)
    assert activity.name_ja == "農地、水路、森林等の地域資源の共同保全活動への参加"
    assert activity.survey_type == SurveyType.DIRECT
    assert activity.get_survey_type_display() == "直接寄与型"
    assert set(activity.work_kinds.values_list("code", flat=True)) == {
        "commons", "waterway", "path", "forest", "farm_fallow",
    }  # fmt: skip
    assert SurveyActivity.objects.filter(survey_type="").count() == 8


def test_load_gives_every_kind_its_own_bit_in_the_order_of_the_file(reference):
    assert list(WorkKind.objects.values_list("bit", flat=True)) == list(range(64))
    assert list(AssetKind.objects.values_list("bit", flat=True)) == list(range(45))


def test_load_again_does_nothing(reference, django_assert_num_queries):
    WorkKind.objects.filter(code="grass").update(name_ja="草を刈る")
    with django_assert_num_queries(6):
        assert load_reference(data=reference).rows == {}
    assert WorkKind.objects.get(code="grass").name_ja == "草を刈る"


def test_new_edition_leaves_edited_rows_alone_and_brings_the_rest(reference, admin):
    kind = WorkKind.objects.get(code="grass")
    kind.name_ja = "草を刈る"
    store_entry(kind, actor=admin)
    before = dict(WorkKind.objects.values_list("code", "bit"))

    def change(file):
        kind_row(file, "grass")["ja"] = "草刈りの作業"
        kind_row(file, "waterway")["ja"] = "溝さらい"

    rewrite(reference, change)
    assert load_reference(data=reference).rows["work_kinds"] == 64
    assert WorkKind.objects.get(code="grass").name_ja == "草を刈る"
    assert WorkKind.objects.get(code="waterway").name_ja == "溝さらい"
    assert dict(WorkKind.objects.values_list("code", "bit")) == before


def test_new_edition_retires_a_missing_kind_and_never_reuses_its_bit(reference):
    old = AssetKind.objects.get(code="quiet")

    def change(file):
        row = next(row for row in file["asset_kinds"] if row["code"] == "quiet")
        row |= {"code": "silence", "ja": "静けさ"}
        for activity in file["survey_map"]:
            activity["asset_kinds"] = [code for code in activity["asset_kinds"] if code != "quiet"]

    rewrite(reference, change)
    load_reference(data=reference)
    retired, new = AssetKind.objects.get(code="quiet"), AssetKind.objects.get(code="silence")
    assert (retired.retired, retired.bit, new.retired, new.bit) == (True, old.bit, False, 45)


def test_new_edition_of_postal_codes_adds_changes_and_removes(reference):
    kept = PostalCode.objects.get(postal="8400811")
    lines = ["postal,code5,towns", "8400811,41201,大財|新町", "8400001,41201,渕"]
    (reference / "postal.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    load_reference(data=reference)
    found = list(PostalCode.objects.values_list("pk", "postal", "municipality_id", "towns"))
    assert found[1] == (kept.pk, "8400811", "412015", "大財|新町")
    assert [row[1:] for row in found] == [("8400001", "412015", "渕"), found[1][1:]]


def test_broken_file_changes_nothing(reference):
    release = DataRelease.objects.get(name="vocabulary")

    def change(file):
        kind_row(file, "grass")["ja"] = "草刈りの作業"
        kind_row(file, "snow")["hazards"] = ["no_such_danger"]

    rewrite(reference, change)
    with pytest.raises(KeyError), transaction.atomic():
        load_reference(data=reference)
    assert WorkKind.objects.get(code="grass").name_ja == "草刈り"
    assert DataRelease.objects.get(name="vocabulary") == release
    assert DataRelease.objects.get(name="vocabulary").digest == release.digest


@pytest.mark.parametrize(
    "wrong",
    [{"bit": 128}, {"load": 4}, {"load": 0}],
    ids=["a_129th_bit", "load_above_3", "load_below_1"],
)
def test_constraints_refuse_a_wrong_kind(reference, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkKind.objects.filter(code="grass").update(**wrong)


def test_constraints_refuse_a_kind_below_itself_and_a_place_abroad(reference):
    kind = AssetKind.objects.get(code="food")
    with pytest.raises(IntegrityError), transaction.atomic():
        AssetKind.objects.filter(pk=kind.pk).update(parent=kind)
    with pytest.raises(IntegrityError), transaction.atomic():
        Municipality.objects.filter(code="412015").update(longitude=2.35)


def test_new_edition_leaves_the_kinds_chosen_for_an_activity_alone(reference, admin):
    grass, other = WorkKind.objects.get(code="grass"), SurveyActivity.objects.get(number=6)
    chosen = map_activity(
        actor=admin, activity=SurveyActivity.objects.get(number=5), work_kinds=[grass], asset_kinds=[]
    )

    def change(file):
        for activity in file["survey_map"]:
            activity["work_kinds"] = ["waterway"]

    rewrite(reference, change)
    load_reference(data=reference)
    assert list(chosen.work_kinds.values_list("code", flat=True)) == ["grass"]
    assert list(other.work_kinds.values_list("code", flat=True)) == ["waterway"]
