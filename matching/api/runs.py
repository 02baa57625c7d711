"""Matching runs: asked for here, done by the worker, read by who may know of them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import HouseView, once
from accounts.api.fields import EmptyForm, PublicIdField, StrictSerializer
from accounts.api.schema import Operation
from accounts.errors import Invalid
from accounts.policies import parties_visible_to
from matching.api.answers import Answer
from matching.api.filters import RunFilter
from matching.models import MatchRun
from matching.selectors.run_progress import Progress, progress_of
from matching.selectors.runs import run_error, run_report, runs_for
from matching.services.run_cancel import cancel_run
from matching.services.runs import request_run
from regions.policies import needs_visible_to


class RunForm(StrictSerializer):
    """What shall be looked at: one need, one party, or (for administrators) everything."""

    need = PublicIdField(scope=needs_visible_to, required=False)
    party = PublicIdField(scope=parties_visible_to, required=False)

    def validate(self, attrs: Any) -> Any:
        """At most one target.

        Raises:
            Invalid("one_target_only")
        """
        if len(attrs) > 1:
            message = _("Name a need or a participant, not both.")
            raise Invalid("one_target_only", message, fields={name: [message] for name in attrs})
        return {"target": next(iter(attrs.values()), None)}


class ProgressSerializer(Answer):
    """How far an open run has come in its present phase. Rate and time left are estimates, null where nothing is known."""

    steps_done = serializers.IntegerField()
    steps_total = serializers.IntegerField()
    pairs_done = serializers.IntegerField(allow_null=True)
    pairs_total = serializers.IntegerField(allow_null=True)
    pairs_per_second = serializers.IntegerField(allow_null=True)
    seconds_left = serializers.IntegerField(allow_null=True)
    workers = serializers.IntegerField()


class RunSerializer(serializers.Serializer[Any]):
    """One scoring and allocation: what it counted, which worker did it, how it ended."""

    id = serializers.CharField(source="public_id", read_only=True)
    scope = serializers.CharField(read_only=True)
    state = serializers.CharField(read_only=True)
    weights = serializers.IntegerField(source="weights.version", read_only=True)
    inputs_digest = serializers.CharField(read_only=True)
    worker = serializers.CharField(read_only=True)
    worker_pid = serializers.IntegerField(read_only=True, allow_null=True)
    needs_count = serializers.IntegerField(read_only=True)
    parties_count = serializers.IntegerField(read_only=True)
    pairs_feasible = serializers.IntegerField(read_only=True)
    proposals_count = serializers.IntegerField(read_only=True)
    shards_total = serializers.IntegerField(read_only=True, default=0)
    shards_done = serializers.IntegerField(read_only=True, default=0)
    progress = serializers.SerializerMethodField()
    report = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    attempts = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    started_at = serializers.DateTimeField(read_only=True, allow_null=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)

    @extend_schema_field(ProgressSerializer(allow_null=True))
    def get_progress(self, run: MatchRun) -> dict[str, Any] | None:
        """Of an open run; null for one that has ended."""
        found: Progress | None = self.context.get("progress", {}).get(run.pk)
        return None if found is None else dict(ProgressSerializer(found).data)

    def get_report(self, run: MatchRun) -> dict[str, Any]:
        """What the run says of its work."""
        return run_report(run)

    def get_error(self, run: MatchRun) -> str:
        """What went wrong last: the text for administrators, to others only that something did."""
        return run_error(run, self.context["actor"])


class RunView(HouseView):
    """Runs one may know of."""

    tag = "runs"
    queryset = MatchRun.objects.none()

    def rows(self) -> QuerySet[MatchRun]:
        return runs_for(self.actor)

    def page_context(self, shown: list[Any]) -> dict[str, Any]:
        return {"progress": progress_of(shown, now=timezone.now()), "actor": self.actor}

    def one(self, run: MatchRun) -> Response:
        """One run as the list shows it."""
        return self.reply(run, **self.page_context([run]))


class RunsView(RunView):
    """Matching runs, newest first; asking for one. The open run of the same scope is given where there is one."""

    operations: ClassVar = {
        "GET": Operation(id="list_runs", answer=RunSerializer, many=True),
        "POST": Operation(
            id="request_run", form=RunForm, answer=RunSerializer, status=status.HTTP_202_ACCEPTED, once=True
        ),
    }
    filterset_class = RunFilter

    def get(self, _request: Request) -> Response:
        return self.page()

    @once
    def post(self, _request: Request) -> Response:
        run = request_run(actor=self.actor, **self.values())
        return self.one(self.rows().filter(pk=run.pk).first() or run)


class OneRunView(RunView):
    """One matching run."""

    operations: ClassVar = {"GET": Operation(id="get_run", answer=RunSerializer)}

    def get(self, _request: Request, **_address: str) -> Response:
        return self.one(self.found())


class CancelRunView(RunView):
    """End an open run before its time: for administrators, and whoever asked for it. What it has proposed stays."""

    operations: ClassVar = {
        "POST": Operation(id="cancel_run", form=EmptyForm, answer=RunSerializer, once=True)
    }

    @once
    def post(self, _request: Request, **_address: str) -> Response:
        run = self.found()
        self.values()
        cancel_run(actor=self.actor, run=run, now=timezone.now())
        return self.one(self.found())
