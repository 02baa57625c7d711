"""What is asked about a need, in the order in which one talks on the telephone. Every question may be left open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import QualificationLevel
from accounts.models import Hazard, Qualification
from accounts.models.vocabulary import VocabularyEntry
from accounts.selectors.vocabulary import KindNode, work_kind_tree
from accounts.web.kind_fields import Branch, branch_of, words_of
from regions.enums import Compensation, NeedMode
from regions.models import Need, Region
from regions.services.inputs import NeedValues, RequirementInput, WorkInput

NUMBER = {"inputmode": "numeric", "class": "input input--num"}
TITLE_MAX, STORY_MAX = 120, 4000
PEOPLE_MAX = 1000
TITLE_FROM_WORDS = 30


def number(label: Any, **more: Any) -> forms.IntegerField:
    """A short number that may be left open."""
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=more.pop("min_value", 0),
        max_value=more.pop("max_value", PEOPLE_MAX),
        widget=forms.NumberInput(attrs=NUMBER),
        **more,
    )


def line(label: Any, most: int, **more: Any) -> forms.CharField:
    """One line that may be left open."""
    return forms.CharField(label=label, required=False, max_length=most, **more)


def chips(label: Any, **more: Any) -> forms.MultipleChoiceField:
    """Several words of a list."""
    return forms.MultipleChoiceField(label=label, required=False, widget=forms.CheckboxSelectMultiple, **more)


class NeedForm(forms.Form):
    """The values of a need. ``need`` is None for a new one."""

    work = chips(_("Kinds of work"))
    title = line(
        _("Title"), TITLE_MAX, help_text=_("Short, as it stands on lists. Left empty, it is taken from the words above."),
    )  # fmt: skip
    story = forms.CharField(
        label=_("As they said it"), required=False, max_length=STORY_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip
    local_hands = number(_("From the place"), help_text=_("At least one works alongside."))
    hazards = chips(_("Dangers"))
    toilet = line(_("Toilet"), 120)
    parking = line(_("Parking"), 120)
    last_mile = line(_("From the station on"), 200)
    prepared = line(_("The community provides"), 400, help_text=_("Tools, fuel, tea … separated by commas."))
    bring = line(_("To bring"), 400, help_text=_("Gloves, boots … separated by commas."))
    on_site_lead = line(_("In charge on site"), 80)
    offers = chips(_("What the community gives in return"))
    mode = forms.ChoiceField(label=_("Where"), choices=NeedMode.choices, required=False)
    compensation = forms.ChoiceField(label=_("Money"), choices=Compensation.choices, required=False)
    employment_url = line(
        _("Page that describes the employment"), 300, help_text=_("Only for paid employment. It begins with https://."),
    )  # fmt: skip
    required_qualifications = chips(_("Qualifications that are a condition"))
    recommended_qualifications = chips(_("Qualifications that help"))
    beginner_ok = forms.BooleanField(label=_("Beginners welcome"), required=False, initial=True)
    group_ok = forms.BooleanField(label=_("Groups welcome"), required=False, initial=True)
    children_ok = forms.BooleanField(label=_("Children welcome"), required=False)
    min_age = number(_("Minimum age"), initial=18, max_value=100)

    def __init__(self, *args: Any, region: Region, need: Need | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region, self.need = region, need
        self.initial.update(_known(need) if need is not None else _usual(region))
        self._offer_words()

    def _offer_words(self) -> None:
        """Choices: the words in use, those the need has already, and what the community gives."""
        held = [] if self.need is None else [row.work_kind for row in self.need.work.all()]
        self.nodes = with_held(work_kind_tree(), held)
        self._choose("work", [pair for node in self.nodes for pair in words_of(node)])
        dangers = [] if self.need is None else list(self.need.hazards.all())
        self._choose("hazards", _pairs(Hazard.objects.filter(retired=False), dangers))
        asked = [] if self.need is None else [row.qualification for row in self.need.qualifications.all()]
        pairs = _pairs(Qualification.objects.filter(retired=False), asked)
        self._choose("required_qualifications", pairs)
        self._choose("recommended_qualifications", pairs)
        tied = [] if self.need is None else [offer.pk for offer in self.need.offers.all()]
        given = self.region.offers.filter(Q(is_active=True) | Q(pk__in=tied)).order_by("pk")
        self._choose("offers", [(offer.public_id, offer.title) for offer in given])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        fields: dict[str, Any] = self.fields
        fields[name].choices = choices

    @property
    def branches(self) -> list[Branch]:
        """The kinds of work as chips, with what is chosen."""
        chosen = set(self["work"].value() or [])
        return [branch_of(node, chosen, name="work") for node in self.nodes]

    @property
    def has_chosen_rest(self) -> bool:
        """Whether something is chosen beyond the first tree: then the others are not folded away."""
        return any(branch.root.is_chosen or branch.is_open for branch in self.branches[1:])

    def clean(self) -> dict[str, Any]:
        """A qualification is a condition or a help, not both; a title is found in the first answer."""
        answers: dict[str, Any] = super().clean() or {}
        twice = set(answers.get("required_qualifications") or ()) & set(
            answers.get("recommended_qualifications") or ()
        )
        if twice:
            self.add_error("recommended_qualifications", _("One of these is chosen as a condition already."))
        if "title" in answers and not answers["title"].strip():
            answers["title"] = self._title(answers)
            if not answers["title"]:
                self.add_error("title", _("Say at least what kind of work it is, or a word about it."))
        return answers

    def _title(self, answers: Mapping[str, Any]) -> str:
        """From what was said: the first line of the story, else the kinds of work."""
        said = (answers.get("story") or "").strip()
        if said:
            first = said.splitlines()[0]
            return first if len(first) <= TITLE_FROM_WORDS else f"{first[: TITLE_FROM_WORDS - 1]}…"
        labels = {code: label for node in self.nodes for code, label in words_of(node)}
        return "・".join(labels[code] for code in (answers.get("work") or ())[:3])

    def values(self) -> NeedValues:
        """What the services take. Left open: as it was, else as most needs are."""
        said = self.cleaned_data
        values: NeedValues = {
            "title": said["title"], "story": said["story"], "on_site_lead": said["on_site_lead"],
            "toilet": said["toilet"], "parking": said["parking"], "last_mile": said["last_mile"],
            "prepared": words(said["prepared"]), "bring": words(said["bring"]),
            "mode": said["mode"] or NeedMode.ON_SITE, "compensation": said["compensation"] or Compensation.NONE,
            "employment_url": said["employment_url"],
            "beginner_ok": said["beginner_ok"], "group_ok": said["group_ok"], "children_ok": said["children_ok"],
            "hazards": said["hazards"], "offers": said["offers"],
            "work": self._work(), "qualifications": self._qualifications(),
        }  # fmt: skip
        if said["local_hands"] is not None:
            values["local_hands"] = said["local_hands"]
        if said["min_age"] is not None:
            values["min_age"] = said["min_age"]
        return values

    def _work(self) -> list[WorkInput]:
        known = {} if self.need is None else {row.work_kind.code: row.weight for row in self.need.work.all()}
        return [WorkInput(code=code, weight=known.get(code, 1)) for code in self.cleaned_data["work"]]

    def _qualifications(self) -> list[RequirementInput]:
        """What is asked for by law stays so; numbers and notes stay with their word."""
        rows = [] if self.need is None else list(self.need.qualifications.all())
        known = {row.qualification.code: row for row in rows}
        asked = [(code, _level(known.get(code))) for code in self.cleaned_data["required_qualifications"]] + [
            (code, QualificationLevel.RECOMMENDED) for code in self.cleaned_data["recommended_qualifications"]
        ]
        return [
            RequirementInput(code=code, level=level, people=row.people, note=row.note)
            if (row := known.get(code)) is not None
            else RequirementInput(code=code, level=level)
            for code, level in asked
        ]


def _level(row: Any) -> str:
    if row is None or row.level == QualificationLevel.RECOMMENDED:
        return QualificationLevel.REQUIRED_BY_HOST
    return str(row.level)


def words(said: str) -> list[str]:
    """The entries of a line, whichever comma separates them."""
    for comma in ("、", "，", "\n"):
        said = said.replace(comma, ",")
    return [word.strip() for word in said.split(",") if word.strip()]


def _usual(region: Region) -> dict[str, Any]:
    """How a new need begins: what is known of the community."""
    return {"local_hands": 1, "last_mile": region.last_mile}


def _known(need: Need) -> dict[str, Any]:
    plain = {name: getattr(need, name) for name in (
        "title", "story", "local_hands", "toilet", "parking", "last_mile", "on_site_lead", "mode", "compensation",
        "employment_url", "beginner_ok", "group_ok", "children_ok", "min_age",
    )}  # fmt: skip
    rows = list(need.qualifications.all())
    helps = QualificationLevel.RECOMMENDED
    return plain | {
        "prepared": "、".join(need.prepared),
        "bring": "、".join(need.bring),
        "work": [row.work_kind.code for row in need.work.all()],
        "hazards": [hazard.code for hazard in need.hazards.all()],
        "offers": [offer.public_id for offer in need.offers.all()],
        "required_qualifications": [row.qualification.code for row in rows if row.level != helps],
        "recommended_qualifications": [row.qualification.code for row in rows if row.level == helps],
    }


def with_held(nodes: Iterable[KindNode], held: Iterable[Any]) -> list[KindNode]:
    """The tree, and what is held of words that are retired."""
    used = list(nodes)
    known = {code for node in used for code, _label in words_of(node)}
    return used + [KindNode(kind=kind, children=()) for kind in held if kind.code not in known]


def _pairs(entries: Iterable[VocabularyEntry], held: Iterable[VocabularyEntry]) -> list[tuple[str, str]]:
    return [(code, label) for code, label in {each.code: each.label for each in (*entries, *held)}.items()]
