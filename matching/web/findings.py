"""What keeps people from a need and what would bring more, for its community and its guides; asking for it anew."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.errors import Conflict
from matching.selectors.advice import advice_of
from matching.selectors.diagnosis import diagnoses_for
from matching.services.runs import is_under_way, request_run
from matching.web.base import actor_of, private
from regions.enums import NeedStage
from regions.policies import represents_region
from regions.web.base import own_need, own_region


@private
@require_http_methods(["GET", "POST"])
def need_findings(request: HttpRequest, public_id: str, need_id: str) -> HttpResponse:
    """As of the last matching; its button has the need looked at now, by a run of its own."""
    actor = actor_of(request)
    region = own_region(actor, public_id)
    need = own_need(region, need_id)
    if request.method == "POST":
        try:
            request_run(actor=actor, target=need)
        except Conflict as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("It is being looked at. Please open this page again in a minute."))
        return redirect("need-findings", public_id=public_id, need_id=need_id)
    context = {
        "region": region,
        "need": need,
        "speaks_for_community": represents_region(actor, region),
        "advice": next(iter(advice_of(diagnoses_for(actor).filter(need=need))), None),
        "is_open": need.stage == NeedStage.OPEN,
        "is_under_way": is_under_way(need),
    }
    return render(request, "place/findings.html", context)
