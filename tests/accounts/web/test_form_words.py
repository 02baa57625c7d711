"""Words of forms: what Django says by itself is said in the words of this house, and long answers break where they may."""

from __future__ import annotations

import pytest
from django import forms
from django.template import Context, Template
from django.utils.translation import override


class Sample(forms.Form):
    name = forms.CharField()
    people = forms.IntegerField(min_value=1, max_value=30)
    kind = forms.ChoiceField(choices=[("grass", "草刈り")])
    days = forms.MultipleChoiceField(
        label="行ける日",
        help_text="いくつでも。",
        choices=[("a", "1月31日（日）8:00–12:00"), ("b", "<b>")],
        widget=forms.CheckboxSelectMultiple,
    )


@pytest.mark.parametrize(
    ("people", "words"),
    [("0", "1以上で入力してください。"), ("31", "30以下で入力してください。"), ("", "必ずお答えください。")],
)
def test_what_django_says_is_said_in_our_words(people: str, words: str) -> None:
    with override("ja"):
        form = Sample({"name": "", "people": people, "kind": "ditch"})
        assert form.errors["name"] == ["必ずお答えください。"]
        assert form.errors["people"] == [words]
        assert form.errors["kind"] == ["「ditch」は選べません。一覧から選び直してください。"]


def test_choices_say_what_is_wrong_and_can_be_reached_from_the_summary() -> None:
    template = Template('{% include "_errors.html" %}{% include "_choices.html" with field=form.days %}')
    with override("ja"):
        page = template.render(Context({"form": Sample({"name": "花", "people": "1", "kind": "grass"})}))
    assert '<a href="#id_days">行ける日：必ずお答えください。</a>' in page
    assert 'id="id_days" tabindex="-1" aria-describedby="id_days_helptext id_days_error"' in page
    assert '<span class="must">必須</span>' in page


def test_a_day_and_its_hours_stay_whole_and_nothing_is_marked_up_by_what_was_written() -> None:
    page = Template('{% include "_choices.html" with field=form.days %}').render(Context({"form": Sample()}))
    assert '<span class="name">1月31日（日）</span><span class="name">8:00–12:00</span>' in page
    assert "<b>" not in page
    assert "&lt;b&gt;" in page
