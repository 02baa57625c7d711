"""Watching a community or a search, and hearing once of each new need that fits."""

from __future__ import annotations

import pytest

from accounts.errors import Conflict, Invalid, NotAllowed, NotFound
from accounts.models import Notification, Outbox, User
from matching.models import Watch
from matching.services.watches import unwatch, watch_region, watch_search
from regions.enums import NeedStage
from regions.models import Need, Region
from regions.services.stages import close_need, open_need
from tests.builders import make_need, make_region, make_user
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db
MOWING = {"kind": ["grass"], "with_": ["beginner"]}


def opened(region: Region, actor: User, title: str = "新しい募集", **more: object) -> Need:
    need = make_need(region, title=title, stage=NeedStage.CONSENTED, opened_at=None, **more)
    return open_need(actor=actor, need=need)


def heard(user: User) -> list[str]:
    rows = Notification.objects.filter(user=user, kind="need_fits").order_by("pk")
    return [row.context["need"] for row in rows]


def test_who_watches_a_community_hears_of_its_next_need_once(
    saga: Region, mowing: Need, ume: User, hana: User, yuki: User
) -> None:
    watch_region(actor=hana, region_id=saga.public_id)
    watch_search(actor=hana, answers=MOWING)  # fits as well: still one notice
    need = opened(saga, ume)
    drain_outbox()
    assert (heard(hana), heard(yuki)) == (["新しい募集"], [])
    row = Notification.objects.get(user=hana)
    assert row.context["path"] == f"/needs/{need.public_id}/"
    assert "榎木谷" not in str(row.context)
    Outbox.objects.filter(topic="matching.need_opened").update(done_at=None)
    drain_outbox()
    assert heard(hana) == ["新しい募集"]


def test_search_tells_of_what_fits_every_answer_only(
    saga: Region, ume: User, kenji: User, hana: User
) -> None:
    watch_search(actor=hana, answers=MOWING | {"prefecture": "41"})
    opened(saga, ume, "草刈り")
    opened(saga, ume, "溝掃除", work=(("waterway", 3),))
    opened(saga, ume, "経験者のみ", beginner_ok=False)
    far = make_region(name="遠く", municipality="131041", representative=ume)
    opened(far, ume, "新宿の草刈り")
    drain_outbox()
    assert heard(hana) == ["草刈り"]


def test_need_that_is_closed_again_and_ones_own_are_not_told(
    saga: Region, mowing: Need, ume: User, hana: User
) -> None:
    for user in (hana, ume):
        watch_region(actor=user, region_id=saga.public_id)
    opened(saga, ume)
    close_need(actor=ume, need=opened(saga, ume, "すぐ閉じた"))
    drain_outbox()
    assert (heard(hana), heard(ume)) == (["新しい募集"], [])


def test_watching_twice_is_one_watch_and_other_words_another(saga: Region, mowing: Need, hana: User) -> None:
    first, again = (watch_region(actor=hana, region_id=saga.public_id) for _ in range(2))
    assert first == again
    watch_search(actor=hana, answers={"kind": ["grass", "waterway"], "stay": ""})
    watch_search(actor=hana, answers={"kind": ["waterway", "grass"]})
    watch_search(actor=hana, answers={"kind": ["grass"]})
    assert Watch.objects.filter(user=hana).count() == 3


def test_community_without_an_open_need_cannot_be_watched(saga: Region, hana: User) -> None:
    with pytest.raises(NotFound, match="region_unknown"):
        watch_region(actor=hana, region_id=saga.public_id)


def test_empty_search_and_a_twenty_first_watch_are_refused(hana: User) -> None:
    with pytest.raises(Invalid, match="search_empty"):
        watch_search(actor=hana, answers={"kind": [], "stay": ""})
    for number in range(20):
        watch_search(actor=hana, answers={"prefecture": f"{number + 1:02}"})
    with pytest.raises(Conflict, match="watches_full"):
        watch_search(actor=hana, answers={"prefecture": "47"})
    assert Watch.objects.count() == 20


def test_only_ones_own_watch_is_removed(hana: User, yuki: User) -> None:
    watch = watch_search(actor=hana, answers=MOWING)
    with pytest.raises(NotFound, match="watch_unknown"):
        unwatch(actor=yuki, watch_id=watch.public_id)
    unwatch(actor=hana, watch_id=watch.public_id)
    with pytest.raises(NotFound, match="watch_unknown"):
        unwatch(actor=hana, watch_id=watch.public_id)
    assert not Watch.objects.exists()


def test_closed_account_neither_watches_nor_hears(saga: Region, mowing: Need, ume: User) -> None:
    user = make_user()
    watch_region(actor=user, region_id=saga.public_id)
    User.objects.filter(pk=user.pk).update(is_active=False)
    opened(saga, ume)
    drain_outbox()
    assert heard(user) == []
    with pytest.raises(NotAllowed, match="not_active"):
        watch_search(actor=User.objects.get(pk=user.pk), answers=MOWING)


def test_word_that_left_the_vocabulary_fits_nothing(saga: Region, ume: User, hana: User) -> None:
    watch_search(actor=hana, answers={"kind": ["gone_for_good"]})
    opened(saga, ume)
    drain_outbox()
    assert heard(hana) == []
    assert not Outbox.objects.open().filter(topic="matching.need_opened").exists()
