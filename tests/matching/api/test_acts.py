"""Each act over HTTP: its effect, twice, too late, in two tabs. Who may not is in ``matrix``."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from accounts.models import AuditEntry, Outbox, User, Volunteer
from matching.api.urls import ACTS as ADDRESSES
from matching.models import (
    Answer,
    Attendance,
    Hold,
    Match,
    MatchEvent,
    MatchPerson,
    Meeting,
    PhoneCall,
    Precondition,
    RegionConsent,
    Relation,
)
from matching.selectors.labels import neutral_state
from matching.transitions import TABLE
from regions.models import Need
from tests.matching.api.acts import ACTS, Act, Scene
from tests.matching.api.conftest import Do
from tests.matching.saga import speaker_of
from tests.support.api import API, as_user, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MODELS = (
    Match, MatchEvent, MatchPerson, Answer, Attendance, Hold, Meeting, PhoneCall, Precondition, RegionConsent,
    Outbox, AuditEntry,
)  # fmt: skip


def everything() -> list[list[dict]]:
    """Every row an act may write."""
    return [list(model.objects.order_by("pk").values()) for model in MODELS]


@pytest.fixture
def scene(mowing: Need, hana_party: Volunteer, mori: User, ume: User, kenji: User) -> Scene:
    return Scene(need=mowing, party=hana_party, guide=mori)


@pytest.fixture
def person(request: pytest.FixtureRequest):
    return request.getfixturevalue


def test_every_address_of_an_act_is_in_the_table() -> None:
    assert sorted(act.name for act in ACTS) == sorted(ADDRESSES)


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_an_act_answers_with_the_match_as_it_then_is(act: Act, scene: Scene, person, do: Do) -> None:
    match = act.stage(scene)
    before = MatchEvent.objects.count()

    answer = do(person(act.by), match, act.name, **act.body(match))

    assert answer.status_code == 200, answer.json()
    if act.state:
        shown = neutral_state(act.state) if act.by in {"hana", "ume", "kenji"} else act.state
        assert (answer.json()["id"], answer.json()["state"]) == (match.public_id, shown)
        match.refresh_from_db()
        assert match.state == act.state
    assert MatchEvent.objects.count() > before
    assert set(answer.json()["moves"]) <= set(TABLE)


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_an_act_done_twice_without_a_key_is_refused_where_it_would_contradict(
    act: Act, scene: Scene, person, do: Do
) -> None:
    match = act.stage(scene)
    body = act.body(match)
    assert do(person(act.by), match, act.name, **body).status_code == 200
    before = everything()

    second = do(person(act.by), match, act.name, **body)

    status, code = act.again
    if status == 200:
        assert second.status_code == 200, second.json()
    else:
        assert refusal(second)[:2] == (status, code)
        assert everything() == before


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_the_same_click_twice_with_a_key_is_one_act_and_one_answer(
    act: Act, scene: Scene, person, do: Do
) -> None:
    match = act.stage(scene)
    body = act.body(match)
    first = do(person(act.by), match, act.name, key="click-1", **body)
    assert first.status_code == 200, first.json()
    before = everything()

    second = do(person(act.by), match, act.name, key="click-1", **body)

    assert (second.status_code, second.json()) == (200, first.json())
    assert everything() == before


@pytest.mark.parametrize(
    ("name", "field"), [("board-date", "meets_on"), ("plan-meeting", "planned_at"), ("snooze", "until")]
)
def test_a_day_at_the_end_of_time_is_refused(name: str, field: str, scene: Scene, do: Do) -> None:
    act = next(act for act in ACTS if act.name == name)
    match = act.stage(scene)
    last = "9999-12-31" if field == "meets_on" else "9999-12-30T00:00:00Z"
    actor = {"mori": match.guide.user, "hana": match.volunteer.representative}.get(act.by, speaker_of(match))
    before = everything()

    answer = do(actor, match, name, **(act.body(match) | {field: last}))

    status, _code, fields = refusal(answer)
    assert (status, fields) == (422, [field])
    assert everything() == before


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_an_act_on_a_match_that_has_ended_is_refused(act: Act, scene: Scene, person, do: Do) -> None:
    match = scene.withdrawn()
    before = everything()

    answer = do(person(act.by), match, act.name, **act.body(match))

    status, code, _fields = refusal(answer)
    assert status == 409
    assert code == "match_moved_on" or code.startswith("match_not_")
    assert everything() == before


@pytest.mark.slow
@pytest.mark.parametrize("second", ["approve", "reject", "snooze", "stand-by"])
@pytest.mark.parametrize("first", ["approve", "reject"])
def test_of_two_tabs_the_second_is_told_that_it_moved_on(
    first: str, second: str, scene: Scene, sato: User, do: Do
) -> None:
    table = {act.name: act for act in ACTS}
    match = scene.proposed()
    assert do(scene.guide, match, first, **table[first].body(match)).status_code == 200
    before = everything()

    late = do(sato, match, second, **table[second].body(match))

    assert refusal(late)[:2] == (409, "match_not_proposed")
    assert everything() == before


def test_the_same_key_with_other_words_is_refused(scene: Scene, mori: User, do: Do) -> None:
    match = scene.proposed()
    assert do(mori, match, "reject", key="k", reason="not_suitable").status_code == 200
    before = everything()
    assert refusal(do(mori, match, "reject", key="k", reason="safety"))[:2] == (409, "idempotency_key_reused")
    assert everything() == before


def test_a_refused_act_leaves_its_key_free(scene: Scene, mori: User, do: Do) -> None:
    match = scene.proposed()
    assert do(mori, match, "reject", key="k", reason="weather").status_code == 422
    assert do(mori, match, "reject", key="k", reason="safety").status_code == 200


@pytest.mark.parametrize("name", ["answer", "extend", "board-date"])
def test_an_answer_after_the_deadline_is_refused(name: str, scene: Scene, ume: User, do: Do) -> None:
    table = {act.name: act for act in ACTS}
    match = scene.asking()
    Answer.objects.filter(match=match).update(
        due_at=timezone.now() - timedelta(days=2), lapse_at=timezone.now() - timedelta(seconds=1)
    )
    before = everything()

    answer = do(ume, match, name, **table[name].body(match))

    assert refusal(answer)[:2] == (409, "answer_too_late")
    assert everything() == before


def test_a_guide_enters_an_answer_for_a_side_on_the_record(scene: Scene, mori: User, do: Do) -> None:
    match = scene.asking()
    body = {"value": "meet", "side": "region"}
    assert refusal(do(mori, match, "answer", **body))[1:] == ("on_behalf_needed", ["on_behalf_of"])

    answer = do(mori, match, "answer", **body, on_behalf_of="区長の梅さん（電話）")

    assert answer.status_code == 200, answer.json()
    row = match.answers.get(side="region")
    assert (row.value, row.answered_by, row.on_behalf_of) == ("meet", mori, "区長の梅さん（電話）")


def test_an_officers_entry_is_marked_with_the_office(scene: Scene, kenji: User, ume: User, do: Do) -> None:
    match = scene.asking()
    assert do(kenji, match, "answer", value="meet").status_code == 200
    assert match.answers.get(side="region").on_behalf_of == "佐賀県佐賀市"
    assert match.events.latest("seq").on_behalf_of == "佐賀県佐賀市"


def test_entries_by_telephone_name_for_whom(scene: Scene, mori: User, do: Do) -> None:
    planned = scene.meeting()
    at = (timezone.now() + timedelta(days=3)).isoformat()
    member = planned.volunteer.representative.public_id
    for act, body in {
        "plan-meeting": {"how": "online", "planned_at": at},
        "name-people": {"people": [member]},
    }.items():
        assert do(mori, planned, act, **body, on_behalf_of="花さん").status_code == 200
        assert planned.events.latest("seq").on_behalf_of == "花さん"
    refused = do(mori, planned, "decline", reason="dates", side="party")
    assert refusal(refused) == (422, "on_behalf_needed", ["on_behalf_of"])


def test_cancellation_by_telephone_is_the_participants(scene: Scene, mori: User, do: Do) -> None:
    match = scene.agreed()
    said = {"reason": "cannot_come", "side": "party"}
    assert refusal(do(mori, match, "cancel", **said)) == (422, "on_behalf_needed", ["on_behalf_of"])

    assert do(mori, match, "cancel", **said, on_behalf_of="花さん").json()["state"] == "cancelled"

    relation = Relation.objects.get(volunteer=match.volunteer, region=match.need.region)
    assert (relation.promised, relation.kept) == (1, 0)


@pytest.mark.parametrize(("act", "body"), [("places", {"places": 9}), ("cancel", {"reason": "weather"})])
def test_an_officers_entry_about_a_date_is_marked(
    act: str, body: dict[str, object], scene: Scene, kenji: User
) -> None:
    slot = scene.need.slots.get()
    answer = as_user(kenji).post(f"{API}slots/{slot.public_id}/{act}/", body)
    assert answer.status_code == 200, answer.json()
    entry = AuditEntry.objects.filter(target_id=slot.public_id).latest("pk")
    assert entry.on_behalf_of == "佐賀県佐賀市"


def test_a_representatives_own_entry_is_marked_with_nothing(scene: Scene, ume: User, do: Do) -> None:
    match = scene.asking()
    assert do(ume, match, "answer", value="meet").status_code == 200
    assert match.answers.get(side="region").on_behalf_of == ""


def test_a_no_ends_the_match_with_a_reason_only_the_guide_reads(
    scene: Scene, hana: User, ume: User, do: Do, look
) -> None:
    match, mori = scene.asking(), scene.guide
    assert do(ume, match, "answer", value="no", reason="people", note="若い人がよい").status_code == 200
    seen = {user: look(user, f"matches/{match.public_id}/") for user in (hana, mori)}
    assert [seen[user]["state"] for user in (hana, mori)] == ["ended", "declined"]
    assert seen[mori]["review"]["end_reason"] == "people"
    assert (seen[hana]["review"], [row["side"] for row in seen[hana]["answers"]]) == (None, ["party"])
    with translation.override("ja"):
        assert seen[hana]["ending"] == translation.gettext("The conditions did not fit this time.")


def test_other_dates_end_this_match_and_begin_a_linked_one(scene: Scene, hana: User, do: Do) -> None:
    match = scene.asking()
    other = match.need.slots.order_by("-start_at")[0]

    new = do(hana, match, "redate", slots=[other.public_id]).json()

    match.refresh_from_db()
    assert (match.state, match.end_reason) == ("withdrawn", "redated")
    assert (new["state"], new["redated_from"], new["origin"]) == ("proposed", match.public_id, "party")
    assert [slot["id"] for slot in new["slots"]] == [other.public_id]
    assert not Hold.objects.filter(released_at=None).exists()


def test_a_consent_is_named_as_the_match_lists_it(scene: Scene, ume: User, do: Do) -> None:
    match = scene.asking()
    listed = [(row.by, row.matter) for row in match.region_consents.all()]
    assert listed == [("役員会", "dates")]
    body = {"by": "総会", "matter": "dates", "status": "given", "evidence": "書面"}
    assert refusal(do(ume, match, "consents", **body)) == (422, "consent_unknown", ["by"])
    assert match.region_consents.get().status == "asked"


def test_what_is_missing_for_the_promise_is_told_to_who_tries(scene: Scene, mori: User, do: Do) -> None:
    match = scene.meeting()
    refused = do(mori, match, "agree")
    assert refusal(refused) == (409, "not_ready_to_agree", ["missing"])
    assert refused.json()["fields"]["missing"] == [
        "answers",
        "meeting",
        "consents",
        "promise_party",
        "promise_region",
    ]


def test_the_moves_shown_are_those_of_the_role(scene: Scene, hana: User, ume: User, mori: User, look) -> None:
    match = scene.meeting()
    moves = {user.name: look(user, f"matches/{match.public_id}/")["moves"] for user in (hana, ume, mori)}
    common = ["agree", "answer", "confirm_promise", "decline", "plan_meeting", "redate", "withdraw"]
    assert moves["花"] == sorted([*common, "name_people"])
    assert moves["梅"] == sorted([*common, "change_promise", "record_consent"])
    assert {"record_meeting", "waive_meeting", "record_call", "assign"} <= set(moves["森"])
    assert "approve" not in moves["森"]
