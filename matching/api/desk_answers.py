"""What goes out beside matches: calls to make, diagnoses, blocks, relations, whether everything holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from accounts.enums import GROUP_KINDS
from matching.api.answers import Answer, NeedLabelSerializer
from matching.models import Relation
from matching.selectors.change_words import ChangeWords
from matching.selectors.labels import home_label
from matching.selectors.reasons import barrier_sentence
from matching.selectors.viewers import Viewer


class CallSerializer(Answer):
    """A silent side to call. The number is in the community's or participant's own record."""

    match = serializers.CharField(source="match.public_id")
    state = serializers.CharField(source="match.state")
    need = NeedLabelSerializer(source="match.need")
    region = serializers.CharField()
    party = serializers.CharField()
    side = serializers.CharField()
    due_at = serializers.DateTimeField()
    overdue_at = serializers.DateTimeField()
    lapse_at = serializers.DateTimeField()
    calls = serializers.IntegerField(source="calls_made")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Both by name: only guides read this list."""
        match = instance.match
        instance.region = str(match.need.region)
        instance.party = match.volunteer.name
        return super().to_representation(instance)


class RuleSerializer(Answer):
    """A hard rule in words, how many it keeps away, and how many it alone keeps away."""

    code = serializers.CharField()
    text = serializers.SerializerMethodField()
    failed = serializers.IntegerField()
    only = serializers.IntegerField()

    def get_text(self, rule: Mapping[str, Any]) -> str:
        """The rule in words."""
        return barrier_sentence(rule["code"])


class ChangeSerializer(Answer):
    """One thing that a community can change, in words, and how many more could then be asked.

    ``detail`` says how far, where that is known: ``age``, ``load`` (1-2), ``kind``, ``places``, ``people``, ``qualification``,
    ``minutes``, or ``start_at``, ``end_at`` and ``is_window`` of one more date.
    """

    code = serializers.CharField()
    text = serializers.CharField()
    detail = serializers.DictField()
    brings = serializers.IntegerField()


class DiagnosisSerializer(Answer):
    """What keeps people from a need: what each rule costs, and at most three single changes that would bring most."""

    need = serializers.CharField(source="need.public_id")
    run = serializers.CharField(source="run.public_id")
    feasible = serializers.IntegerField()
    compared = serializers.IntegerField()
    rules = RuleSerializer(many=True)
    changes = ChangeSerializer(many=True, source="told")
    finds_enough = serializers.BooleanField()
    at = serializers.DateTimeField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """With the changes in words."""
        words = ChangeWords.of([instance])
        instance.told = [
            {"detail": {}, **change, "text": words.sentence(change)} for change in instance.changes
        ]
        return super().to_representation(instance)


class NeedStageSerializer(Answer):
    id = serializers.CharField(source="public_id")
    stage = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)


class InvariantsSerializer(Answer):
    ok = serializers.BooleanField()
    failures = serializers.ListField(child=serializers.CharField())


class BlockSerializer(Answer):
    side = serializers.CharField()
    made_at = serializers.DateTimeField()


class RelationSerializer(Answer):
    """What is between a participant and a community. Promises are counted for the participant and the guides only."""

    party = serializers.CharField(source="volunteer.public_id")
    party_label = serializers.CharField()
    region = serializers.CharField(source="region.public_id")
    region_label = serializers.CharField()
    promised = serializers.IntegerField(allow_null=True)
    kept = serializers.IntegerField(allow_null=True)
    days = serializers.IntegerField()
    people_days = serializers.IntegerField()
    first_on = serializers.DateField(allow_null=True)
    last_on = serializers.DateField(allow_null=True)

    def to_representation(self, instance: Relation) -> dict[str, Any]:
        """A person alone stays a label to the community; the contacts of a match name it, on record."""
        viewer: Viewer = self.context["viewer"]
        party, region = instance.volunteer, instance.region
        counts_promises = viewer.is_trusted_with(party, region)
        is_named = counts_promises or party.kind in GROUP_KINDS
        shown = {name: getattr(instance, name) for name in RELATION_FACTS}
        return super().to_representation(
            {
                **shown,
                "volunteer": party,
                "region": region,
                "party_label": party.name if is_named else home_label(party),
                "region_label": f"{region.municipality.label} {region.name}",
                "promised": instance.promised if counts_promises else None,
                "kept": instance.kept if counts_promises else None,
            }
        )


RELATION_FACTS = ("days", "people_days", "first_on", "last_on")
