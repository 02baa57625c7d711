"""The administration pages of reference data: places are read, words are edited, nothing is deleted."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import AssetKind, AuditEntry, Municipality, Qualification, SurveyActivity, WorkKind


@pytest.fixture
def office(client, reference, admin):
    client.force_login(admin)
    return client


def form_of(kind, **changes):
    return {
        "name_ja": kind.name_ja, "name_en": kind.name_en, "position": kind.position,
        "parent": kind.parent_id or "", "aliases": "\n".join(kind.aliases), "load": kind.load,
        "where": kind.where, "months": kind.months, "credit_from_parent": "on",
        "hazards": [hazard.pk for hazard in kind.hazards.all()],
        "typical_qualifications-TOTAL_FORMS": 0, "typical_qualifications-INITIAL_FORMS": 0,
    } | changes  # fmt: skip


@pytest.mark.parametrize("model", ["municipality", "postalcode", "datarelease", "surveyactivity"])
def test_places_are_read_only(office, model):
    assert office.get(reverse(f"admin:accounts_{model}_changelist")).status_code == 200
    assert office.get(reverse(f"admin:accounts_{model}_add")).status_code == 403


def test_municipality_cannot_be_changed_or_deleted(office):
    assert (
        office.post(reverse("admin:accounts_municipality_change", args=["412015"]), {"name": "x"}).status_code
        == 403
    )
    assert office.post(reverse("admin:accounts_municipality_delete", args=["412015"])).status_code == 403
    assert Municipality.objects.get(code="412015").name == "佐賀市"


def test_kind_of_work_is_renamed_with_other_names_one_a_line(office):
    kind = WorkKind.objects.get(code="grass")
    url = reverse("admin:accounts_workkind_change", args=[kind.pk])
    assert "畦草刈り" in office.get(url).content.decode()
    data = form_of(
        kind, name_ja="草を刈る", aliases="除草\n 草取り \n\n", months=[6, 7], code="other", bit=63
    )
    assert office.post(url, data).status_code == 302
    stored = WorkKind.objects.get(pk=kind.pk)
    assert (stored.name_ja, stored.aliases, stored.months) == ("草を刈る", ["除草", "草取り"], [6, 7])
    assert (stored.code, stored.bit, stored.edited_at is None) == ("grass", kind.bit, False)


def test_typical_qualifications_and_dangers_go_through_the_service(office):
    kind = WorkKind.objects.get(code="grass")
    paper = Qualification.objects.get(code="brushcutter")
    kind.typical_qualifications.all().delete()
    url = reverse("admin:accounts_workkind_change", args=[kind.pk])
    line = {"typical_qualifications-TOTAL_FORMS": 1, "typical_qualifications-0-qualification": paper.pk,
            "typical_qualifications-0-level": "recommended", "typical_qualifications-0-kind": kind.pk}  # fmt: skip
    assert office.post(url, form_of(kind, hazards=[], **line)).status_code == 302
    assert [row.qualification for row in kind.typical_qualifications.all()] == [paper]
    assert not kind.hazards.exists()
    assert AuditEntry.objects.get().action == "vocabulary.set_typical"
    row = kind.typical_qualifications.get()
    gone = line | {"typical_qualifications-INITIAL_FORMS": 1, "typical_qualifications-0-id": row.pk,
                   "typical_qualifications-0-DELETE": "on"}  # fmt: skip
    assert office.post(url, form_of(kind, hazards=[], **gone)).status_code == 302
    assert not kind.typical_qualifications.exists()


def test_too_many_other_names_are_refused_on_the_page(office):
    kind = WorkKind.objects.get(code="grass")
    url = reverse("admin:accounts_workkind_change", args=[kind.pk])
    response = office.post(url, form_of(kind, aliases="名\n" * 31))
    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    assert WorkKind.objects.get(pk=kind.pk).aliases == kind.aliases


def test_kind_below_itself_is_refused_on_the_page(office):
    kind = WorkKind.objects.get(code="commons")
    child = WorkKind.objects.get(code="grass")
    url = reverse("admin:accounts_workkind_change", args=[kind.pk])
    response = office.post(url, form_of(kind, parent=child.pk))
    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    assert WorkKind.objects.get(pk=kind.pk).parent is None


def test_asset_kind_is_added_with_a_bit(office):
    data = {"code": "tea", "name_ja": "お茶", "name_en": "tea", "position": 99, "parent": ""}
    assert office.post(reverse("admin:accounts_assetkind_add"), data).status_code == 302
    assert AssetKind.objects.get(code="tea").bit == 45


def test_kinds_are_never_deleted(office):
    kind = AssetKind.objects.get(code="quiet")
    assert (
        office.post(reverse("admin:accounts_assetkind_delete", args=[kind.pk]), {"post": "yes"}).status_code
        == 403
    )
    assert AssetKind.objects.filter(pk=kind.pk).exists()


def test_kinds_of_a_survey_activity_are_chosen_and_its_words_stay(office):
    activity = SurveyActivity.objects.get(number=5)
    grass, trail = WorkKind.objects.get(code="grass"), AssetKind.objects.get(code="trail_mtb")
    url = reverse("admin:accounts_surveyactivity_change", args=[5])
    assert activity.name_ja in office.get(url).content.decode()
    data = {"work_kinds": [grass.pk], "asset_kinds": [trail.pk], "name_ja": "x", "survey_type": ""}
    assert office.post(url, data).status_code == 302
    stored = SurveyActivity.objects.get(number=5)
    assert (stored.name_ja, stored.survey_type) == (activity.name_ja, activity.survey_type)
    assert (list(stored.work_kinds.all()), list(stored.asset_kinds.all())) == ([grass], [trail])
    assert AuditEntry.objects.get().action == "vocabulary.map_activity"
    assert office.post(reverse("admin:accounts_surveyactivity_delete", args=[5])).status_code == 403
