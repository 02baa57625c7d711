"""集落点検: one sheet that asks what the place has as well as what it lacks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.selectors.vocabulary import KindNode, asset_kind_tree, work_kind_tree
from accounts.web.base import actor_of, private, take
from regions.services.village_check import Drafts, Finding, record_village_check
from regions.web.base import own_region, posted

WORDS_MAX = 120
LACKS, HAS = "lacks", "has"


class CheckForm(forms.Form):
    """A tick and a line for every root of the two vocabularies. Words alone count as a tick."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: dict[str, list[str]] = {
            LACKS: self._ask(LACKS, work_kind_tree()),
            HAS: self._ask(HAS, asset_kind_tree()),
        }

    def _ask(self, side: str, nodes: Iterable[KindNode]) -> list[str]:
        codes = []
        for node in nodes:
            label = node.kind.label
            self.fields[f"{side}_{node.kind.code}"] = forms.BooleanField(label=label, required=False)
            self.fields[f"{side}_{node.kind.code}_words"] = forms.CharField(
                label=_("%(kind)s: in a word") % {"kind": label}, required=False, max_length=WORDS_MAX
            )
            codes.append(node.kind.code)
        return codes

    @property
    def lacking(self) -> list[tuple[BoundField, BoundField]]:
        """The lines of what is lacking."""
        return self._lines(LACKS)

    @property
    def there(self) -> list[tuple[BoundField, BoundField]]:
        """The lines of what is there."""
        return self._lines(HAS)

    def _lines(self, side: str) -> list[tuple[BoundField, BoundField]]:
        return [(self[f"{side}_{code}"], self[f"{side}_{code}_words"]) for code in self.asked[side]]

    def found(self, side: str) -> list[Finding]:
        """The lines that were ticked or written on."""
        said = self.cleaned_data
        lines = [(code, said[f"{side}_{code}"], said[f"{side}_{code}_words"]) for code in self.asked[side]]
        return [Finding(code=code, words=words) for code, ticked, words in lines if ticked or words]


@private
@require_http_methods(["GET", "POST"])
def place_check(request: HttpRequest, public_id: str) -> HttpResponse:
    """The sheet, also for paper; its answers become drafts of needs and of offers."""
    actor = actor_of(request)
    region = own_region(actor, public_id)
    form = CheckForm(posted(request))
    made: list[Drafts] = []
    if request.method == "POST" and take(
        form,
        lambda **_said: made.append(
            record_village_check(actor=actor, region=region, lacks=form.found(LACKS), has=form.found(HAS))
        ),
    ):
        messages.success(request, _told(made[0]))
        return redirect("place-needs" if made[0].needs else "place-offers", public_id=public_id)
    context = {"region": region, "form": form}
    return render(request, "place/check.html", context, status=422 if form.errors else 200)


def _told(drafts: Drafts) -> str:
    needs = ngettext("%(needs)d consultation", "%(needs)d consultations", len(drafts.needs)) % {
        "needs": len(drafts.needs)
    }
    offers = ngettext("%(offers)d offer", "%(offers)d offers", len(drafts.offers)) % {
        "offers": len(drafts.offers)
    }
    return _("Kept as drafts: %(needs)s and %(offers)s. Nothing is public yet.") % {
        "needs": needs,
        "offers": offers,
    }
