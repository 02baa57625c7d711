"""The vocabularies as screens and the engine read them."""

from __future__ import annotations

from django.utils.translation import override

from accounts.models import WorkKind
from accounts.selectors.vocabulary import (
    ROOT,
    asset_kind_tree,
    engine_vocabulary,
    work_kind_tree,
)


def flat(nodes):
    return [code for node in nodes for code in (node.kind.code, *flat(node.children))]


def test_tree_holds_every_kind_once_in_one_query(reference, django_assert_num_queries):
    with django_assert_num_queries(1):
        tree = work_kind_tree()
    with django_assert_num_queries(1):
        assets = asset_kind_tree()
    assert (len(tree), len(assets)) == (11, 10)
    assert len(flat(tree)) == len(set(flat(tree))) == 64
    assert len(set(flat(assets))) == 45
    grass = tree[0].children[0]
    assert [grass.kind.code, *flat(grass.children)] == [
        "grass",
        "grass_hand",
        "grass_brushcutter",
        "grass_mower",
    ]


def test_tree_leaves_out_the_retired_and_keeps_their_children(reference):
    WorkKind.objects.filter(code="grass").update(retired=True)
    tree = work_kind_tree()
    assert "grass" not in flat(tree)
    assert "grass_hand" in [node.kind.code for node in tree]


def test_label_follows_the_reader(reference):
    kind = WorkKind.objects.get(code="grass")
    with override("en"):
        assert kind.label == "grass cutting"
    with override("ja"):
        assert kind.label == "草刈り"
    with override("fr"):
        assert str(kind) == "草刈り"


def test_engine_vocabulary_gives_parents_by_bit(reference, django_assert_num_queries):
    bits = dict(WorkKind.objects.values_list("code", "bit"))
    with django_assert_num_queries(2):
        plain = engine_vocabulary()
    work = plain.work
    assert (len(work.parents), len(plain.asset.parents)) == (64, 45)
    assert work.parents[bits["commons"]] == ROOT
    assert work.parents[bits["grass_hand"]] == bits["grass"]
    assert not work.credit_from_parent[bits["grass_brushcutter"]]
    assert work.loads[bits["snow_roof"]] == 3
    assert set(plain.asset.loads) == {1}


def test_engine_vocabulary_keeps_the_place_of_a_bit_nobody_has(reference):
    WorkKind.objects.filter(code="local_job").update(bit=62 + 1)
    WorkKind.objects.filter(code="food_process").delete()
    WorkKind.objects.filter(code="grass_hand").update(retired=True)
    work = engine_vocabulary().work
    assert set(work.retired) == {62, WorkKind.objects.get(code="grass_hand").bit}
    assert (len(work.parents), work.parents[62], work.loads[62], work.credit_from_parent[62]) == (
        64,
        ROOT,
        1,
        True,
    )
