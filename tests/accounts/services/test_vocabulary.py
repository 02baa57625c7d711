"""Words edited by hand: only by administrators, code and bit fixed, no circle, no 65th kind."""

from __future__ import annotations

import pytest

from accounts.errors import Invalid, NotAllowed
from accounts.models import AssetKind, Hazard, WorkKind
from accounts.services.vocabulary import store_entry


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


def test_65th_kind_is_refused(reference, admin):
    with pytest.raises(Invalid) as refused:
        store_entry(WorkKind(code="one_more", name_ja="もう一つ", name_en="one more"), actor=admin)
    assert refused.value.code == "vocabulary_full"
    assert WorkKind.objects.count() == 64


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
