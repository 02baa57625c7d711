"""The living page of the components, drawn from the partials the pages use. Demo settings and DEBUG only (config/urls.py)."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from matching.enums import MatchState
from matching.selectors.labels import state_label
from matching.selectors.openings import Opening

LONG_TITLE = "旧 野間岳麓開拓組合共同作業所から海岸遊歩道までの防風林下草刈り・倒木の片づけ・側溝の土砂上げ（三日のうち一日だけでも）"
LONG_PLACE = "鹿児島県 南さつま市笠沙町片浦字野間池上ノ段第三地区（旧 野間岳麓開拓組合 共同作業所前）"
ANSWERS: dict[str, Any] = {"postal": "812-001", "day": "2027-04-03", "days": ["weekend"]}


class Sample(forms.Form):
    """One field of each kind. Some are answered wrongly, to show how that reads."""

    postal = forms.RegexField(
        r"^\d{3}-\d{4}$",
        label="郵便番号",
        help_text="全角でも半角でもかまいません。",
        error_messages={"invalid": "7けたで書いてください。いまは6けたです。"},
    )
    name = forms.CharField(label="氏名", error_messages={"required": "お名前をお書きください。"})
    day = forms.DateField(label="日にち", widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(
        label="活動の種類", choices=[("grass", "草刈り"), ("ditch", "水路・溝掃除")], required=False
    )
    memo = forms.CharField(label="話したとおりに", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    days = forms.MultipleChoiceField(
        label="行ける日",
        choices=[("weekend", "土日"), ("weekday", "平日")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agree = forms.BooleanField(
        label="読み、同意します。", error_messages={"required": "同意いただくと登録できます。"}
    )


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component with its states. No query of its own."""
    form = Sample(ANSWERS)
    form.is_valid()
    page = Paginator(range(90), 10).get_page(4)
    context = {
        "form": form,
        "needs": [_need("六月の草刈り", "佐賀県佐賀市の地区"), _need(LONG_TITLE, LONG_PLACE)],
        "openings": list(Opening),
        "states": [SimpleNamespace(state=state, state_label=state_label(state)) for state in MatchState],
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1),
    }
    return render(request, "demo/styleguide.html", context)


def _need(title: str, place: str) -> Any:
    """What ``_need.html`` reads of an open need."""
    start = _sunday()
    date = SimpleNamespace(start_at=start, end_at=start + timedelta(hours=4))
    need = SimpleNamespace(
        public_id="sample", title=title, get_compensation_display="無償",
        story="年に三回、集落の道ぞいの草を刈っています。去年は八人で三日かかりました。",
    )  # fmt: skip
    offers = [SimpleNamespace(title="共有林の山道を自転車で走る")]
    return SimpleNamespace(
        need=need, place=place, offers=offers, next_date=date, later_dates=2, opening=Opening.FEW
    )


def _sunday() -> datetime:
    today = timezone.localtime().replace(hour=8, minute=0, second=0, microsecond=0)
    return today + timedelta(days=34 - today.weekday())
