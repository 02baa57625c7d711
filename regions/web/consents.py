"""Reading a need back: the text, who agreed and how, and making it public. And «as last year»."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.web.base import actor_of, private, take
from accounts.web.dates import day, span
from regions.enums import NeedStage, ReadBackHow
from regions.models import Need, Region
from regions.selectors.desk import repeatable_needs
from regions.selectors.quiet import quiet_days
from regions.services.occurrences import JAPAN, Occurrence
from regions.services.read_back import AGREED_BY_MAX, record_read_back
from regions.services.reading import digest_of, text_to_read
from regions.services.repeats import need_to_repeat, proposed_dates, repeat_need, rules_of
from regions.services.stages import opening_problems
from regions.web.base import is_proxy, own_need, own_region, posted
from regions.web.rule_words import rule_in_words

HEARD_BY_PROXY = (ReadBackHow.PHONE, ReadBackHow.IN_PERSON, ReadBackHow.MEETING, ReadBackHow.PAPER)
OWN_WORD = (ReadBackHow.SELF, ReadBackHow.MEETING)
READABLE = (NeedStage.CONSULTING, NeedStage.HEARING, NeedStage.CONSENTED)


class ReadForm(forms.Form):
    """Who agreed, how, and the tick that stands for the consent."""

    agreed_by = forms.CharField(label=gettext_lazy("Who agreed"), max_length=AGREED_BY_MAX)
    how = forms.ChoiceField(label=gettext_lazy("How it was confirmed"), widget=forms.RadioSelect)
    agrees = forms.BooleanField(
        label=gettext_lazy("Read back to them, and they agree"),
        error_messages={"required": gettext_lazy("Without this tick nothing is recorded.")},
    )
    heard = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, need: Need, digest: str, is_proxy: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.digest = digest
        fields: dict[str, Any] = self.fields
        offered = HEARD_BY_PROXY if is_proxy else OWN_WORD
        fields["how"].choices = [(how.value, how.label) for how in offered]
        self.initial.update(how=offered[0].value, agreed_by=_speaker(need), heard=digest)
        if not is_proxy:
            fields["agrees"].label = _("I have read it, and it is right")

    def clean_how(self) -> ReadBackHow:
        """As the service takes it."""
        return ReadBackHow(self.cleaned_data["how"])

    def clean(self) -> dict[str, Any]:
        """Of another text than the one now shown nothing is taken over: it is read, and ticked, once more."""
        values = super().clean() or {}
        if values.get("heard") != self.digest:
            self.data = {**self.data, "heard": self.digest, "agrees": None}
            self.add_error(None, _("The text was changed meanwhile; please read it aloud again."))
        return values


def _speaker(need: Need) -> str:
    """For whom it was entered, else the office of who speaks for the community."""
    if need.posted_for and need.posted_for != need.region.name:
        return need.posted_for
    offices = list(need.region.representatives.all())
    return offices[0].role if offices else ""


@private
@require_http_methods(["GET", "POST"])
def need_read(request: HttpRequest, public_id: str, need_id: str) -> HttpResponse:
    """The text to read back, and the record that the community agrees to it."""
    actor = actor_of(request)
    region = own_region(actor, public_id)
    need = own_need(region, need_id)
    if need.stage not in READABLE:
        messages.info(request, _("There is nothing to read back now. Here is how the need stands."))
        return redirect("place-need", public_id=public_id, need_id=need_id)
    need.region = region
    lines = text_to_read(need)
    form = ReadForm(posted(request), need=need, digest=digest_of(need), is_proxy=is_proxy(actor, region))
    opens = request.POST.get("then") == "open"
    if request.method == "POST" and take(form, lambda **said: _agree(actor, need, said, opens=opens)):
        messages.success(
            request,
            _("It is public now, and people are looked for.") if opens else _("The consent is recorded."),
        )
        return redirect("place-need", public_id=public_id, need_id=need_id)
    gaps = opening_problems(need)
    context = {
        "region": region, "need": need, "form": form, "lines": lines, "gaps": gaps.lines,
        "lacks_dates": gaps.has("slots"), "lacks_words": gaps.has("work") or gaps.has("on_site_lead"),
        "is_proxy": is_proxy(actor, region), "now": timezone.now(),
    }  # fmt: skip
    return render(request, "place/read.html", context, status=422 if form.errors else 200)


def _agree(actor: User, need: Need, said: dict[str, Any], *, opens: bool) -> Need:
    del said["agrees"]
    return record_read_back(actor=actor, need=need, opens=opens, **said)


class AgainForm(forms.Form):
    """The dates that the rule of last year gives now, each to be kept or left out."""

    dates = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Dates by the same rule"), coerce=date.fromisoformat, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, region: Region, found: list[Occurrence], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_quiet = quiet_days(region)
        days = {each.start_at.astimezone(JAPAN).date(): each for each in found}
        fields: dict[str, Any] = self.fields
        fields["dates"].choices = [
            (on.isoformat(), _proposed(each, is_quiet=is_quiet(on))) for on, each in days.items()
        ]
        self.initial["dates"] = [on.isoformat() for on in days if not is_quiet(on)]


def _proposed(each: Occurrence, *, is_quiet: bool) -> str:
    words = day(each.start_at, with_year=True) if each.is_remote else span(each.start_at, each.end_at)
    return _("%(date)s (a quiet time)") % {"date": words} if is_quiet else words


@private
@require_http_methods(["GET", "POST"])
def need_again(request: HttpRequest, public_id: str, need_id: str) -> HttpResponse:
    """The same as last year: the rule gives new dates, one tap takes them over."""
    actor = actor_of(request)
    region = own_region(actor, public_id)
    old = repeatable_needs(region).filter(public_id=need_id).first()
    if old is None:
        raise Http404
    rules = rules_of(need_to_repeat(old))
    found = proposed_dates(rules, from_on=timezone.localdate())
    form = AgainForm(posted(request), region=region, found=found)
    made: list[Need] = []
    if request.method == "POST" and take(
        form, lambda dates: made.append(repeat_need(actor=actor, need=old, dates=dates))
    ):
        messages.success(request, _("Taken over from last year. Nothing is public yet."))
        return redirect("need-read", public_id=public_id, need_id=made[0].public_id)
    words = [rule_in_words(rule) for rule in rules]
    context = {"region": region, "need": old, "form": form, "rules": words}
    return render(request, "place/again.html", context, status=422 if form.errors else 200)
