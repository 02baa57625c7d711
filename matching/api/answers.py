"""What goes out: matches as their viewer may see them, and what stands around them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from matching.models import Match, MatchEvent, MatchMessage
from matching.selectors.conversation import said
from matching.selectors.events import shown_event
from matching.selectors.sights import MatchSight


class Answer(serializers.Serializer[Any]):
    """Goes out only."""


class NamedSerializer(Answer):
    """A community by the name this viewer may know; ``is_named`` false: a label."""

    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # as every word on screen here; the metaclass keeps it apart
    is_named = serializers.BooleanField()


class PartyLabelSerializer(NamedSerializer):
    kind = serializers.CharField()
    home = serializers.CharField()
    size = serializers.IntegerField()


class NeedLabelSerializer(Answer):
    id = serializers.CharField(source="public_id")
    title = serializers.CharField()
    stage = serializers.CharField()


class GuideLabelSerializer(Answer):
    id = serializers.CharField()
    name = serializers.CharField()
    organization = serializers.CharField()


class MatchSlotSerializer(Answer):
    id = serializers.CharField(source="public_id")
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()
    places = serializers.IntegerField()
    is_remote = serializers.BooleanField()
    cancelled_at = serializers.DateTimeField(allow_null=True)


class ReasonSerializer(Answer):
    code = serializers.CharField()
    text = serializers.CharField()


class ReviewSerializer(Answer):
    """For guides and administrators alone. From ``explanation``'s integers the score can be computed again."""

    score_micro = serializers.IntegerField(allow_null=True)
    rank_for_need = serializers.IntegerField(allow_null=True)
    rank_for_party = serializers.IntegerField(allow_null=True)
    run = serializers.CharField(source="run.public_id", default=None, allow_null=True)
    explanation = serializers.JSONField()
    snoozed_until = serializers.DateTimeField(allow_null=True)
    standby_at = serializers.DateTimeField(allow_null=True)
    nudged_at = serializers.DateTimeField(allow_null=True)
    overlap_reason = serializers.CharField()
    end_reason = serializers.CharField()


class MatchRowSerializer(Answer):
    """A match in a list. ``review`` is null for the two sides; ``moves`` are what this viewer may try now.

    ``state`` of an ending before the promise is ``ended`` for the two sides, whoever ended it.
    """

    id = serializers.CharField(source="match.public_id")
    state = serializers.CharField()
    state_label = serializers.CharField()
    is_live = serializers.BooleanField()
    origin = serializers.CharField(source="match.origin")
    origin_label = serializers.CharField()
    need = NeedLabelSerializer(source="match.need")
    region = NamedSerializer()
    party = PartyLabelSerializer()
    guide = GuideLabelSerializer(allow_null=True)
    people = serializers.IntegerField(source="match.people")
    slots = MatchSlotSerializer(many=True)
    is_first_visit = serializers.BooleanField(source="match.is_first_visit")
    is_trial = serializers.BooleanField(source="match.is_trial")
    reasons = ReasonSerializer(many=True)
    caveat = ReasonSerializer(allow_null=True)
    review = ReviewSerializer(allow_null=True)
    roles = serializers.ListField(child=serializers.CharField())
    moves = serializers.ListField(child=serializers.CharField())
    due_at = serializers.DateTimeField(source="match.due_at", allow_null=True)
    lapse_at = serializers.DateTimeField(source="match.lapse_at", allow_null=True)
    created_at = serializers.DateTimeField(source="match.created_at")
    changed_at = serializers.DateTimeField(source="match.changed_at")
    approved_at = serializers.DateTimeField(source="match.approved_at", allow_null=True)
    ended_at = serializers.DateTimeField(source="match.ended_at", allow_null=True)
    ending = serializers.CharField(allow_blank=True)
    redated_from = serializers.CharField(allow_null=True)
    redated_to = serializers.CharField(allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """A match of a page is seen by the page's viewer."""
        if isinstance(instance, Match):
            instance = MatchSight(instance, self.context["viewer"])
        return super().to_representation(instance)


class DutySerializer(Answer):
    """What a side owes and said; of the other side only the first four."""

    side = serializers.CharField()
    is_open = serializers.BooleanField()
    has_answered = serializers.BooleanField()
    due_at = serializers.DateTimeField()
    value = serializers.CharField(allow_null=True)
    scope = serializers.CharField(allow_null=True)
    lapse_at = serializers.DateTimeField(allow_null=True)
    meets_on = serializers.DateField(allow_null=True)
    extended_at = serializers.DateTimeField(allow_null=True)
    overdue_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    on_behalf_of = serializers.CharField(allow_null=True)


class RegionConsentSerializer(Answer):
    by = serializers.CharField()
    matter = serializers.CharField()
    meets = serializers.CharField()
    status = serializers.CharField()
    evidence = serializers.CharField()
    recorded_at = serializers.DateTimeField(allow_null=True)


class MeetingSerializer(Answer):
    how = serializers.CharField(allow_blank=True)
    planned_at = serializers.DateTimeField(allow_null=True)
    place = serializers.CharField(allow_blank=True)
    outcome = serializers.CharField(allow_blank=True)
    outcome_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class PreconditionSerializer(Answer):
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # as every word on screen here; the metaclass keeps it apart
    ticked_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class AttendanceSerializer(Answer):
    slot = serializers.CharField()
    people_came = serializers.IntegerField()
    minutes = serializers.IntegerField()
    return_given = serializers.BooleanField()
    attested_at = serializers.DateTimeField()
    note = serializers.CharField(allow_blank=True)


class NamedPersonSerializer(Answer):
    id = serializers.CharField()
    name = serializers.CharField()


class ConfirmationsSerializer(Answer):
    party = serializers.DateTimeField(allow_null=True)
    region = serializers.DateTimeField(allow_null=True)


class MatchSerializer(MatchRowSerializer):
    """A match with all that stands around it. ``missing``: what the promise still waits for."""

    promise = serializers.CharField(source="match.promise")
    promise_confirmed = ConfirmationsSerializer()
    missing = serializers.ListField(child=serializers.CharField())
    answers = DutySerializer(many=True)
    consents = RegionConsentSerializer(many=True)
    meeting = MeetingSerializer(allow_null=True)
    preconditions = PreconditionSerializer(many=True)
    attendances = AttendanceSerializer(many=True)
    named_people = NamedPersonSerializer(many=True)


class ContactSerializer(Answer):
    """One person of the other side as far as disclosed; each reading is put on record."""

    person = serializers.CharField()
    name = serializers.CharField()
    affiliation = serializers.CharField()
    full_name = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()
    address = serializers.CharField()
    emergency_contact = serializers.CharField()


class ContactsSerializer(Answer):
    contacts = ContactSerializer(many=True)


class EventSerializer(Answer):
    """A move. To a side, the other side's words stay hidden, and of an ending who made it (``move`` is then ``end``)."""

    seq = serializers.IntegerField()
    move = serializers.CharField()
    from_state = serializers.CharField(allow_blank=True)
    to_state = serializers.CharField()
    to_state_label = serializers.CharField()
    at = serializers.DateTimeField()
    role = serializers.CharField(allow_null=True)
    actor = serializers.CharField(allow_null=True)
    on_behalf_of = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    data = serializers.DictField()  # type: ignore[assignment]  # the metaclass keeps it apart

    def to_representation(self, instance: MatchEvent) -> dict[str, Any]:
        """The event as the page's viewer may read it."""
        return super().to_representation(shown_event(instance, self.context["viewer"]))


class MessageSerializer(Answer):
    """A message within a match. ``who``: the label of a side as this viewer may know it, or the guide's name."""

    id = serializers.CharField()
    role = serializers.CharField()
    who = serializers.CharField()
    text = serializers.CharField()
    on_behalf_of = serializers.CharField(allow_blank=True)
    sent_at = serializers.DateTimeField()
    is_own = serializers.BooleanField()

    def to_representation(self, instance: MatchMessage) -> dict[str, Any]:
        """The message as the viewer of the match may read it."""
        return super().to_representation(said(instance, self.context["sight"]))
