"""The shared vocabularies: kinds of work and of assets, dangers, qualifications, the survey's activities.

Two trees of at most 128 kinds each. The bit of a kind is its place in the engine's planes: given once,
never changed, never reused, which is why kinds are retired and not deleted.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.enums import QualificationLevel, SurveyType

LAST_BIT = 127  # the engine lays a tree over 64-bit words, two at most (matching.engine.types.KINDS_MAX)


class VocabularyEntry(models.Model):
    """A word that both sides speak: a stable code and a label in two languages."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_ja = models.CharField(_("name in Japanese"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    position = models.PositiveSmallIntegerField(_("order on screen"), default=0)
    retired = models.BooleanField(_("retired"), default=False, help_text=_("No longer offered for choice."))
    # Set when an administrator changed the row: a new edition of the shipped data then leaves it alone.
    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["position", "code"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the reader, Japanese unless it is English."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_ja


class Hazard(VocabularyEntry):
    """A danger of the work, told before anyone says yes."""

    class Meta(VocabularyEntry.Meta):
        verbose_name = _("hazard")
        verbose_name_plural = _("hazards")


class Qualification(VocabularyEntry):
    """A licence, training or pledge that a need may ask for and a person may hold."""

    note_ja = models.CharField(_("note in Japanese"), max_length=200, blank=True)

    class Meta(VocabularyEntry.Meta):
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")


class Kind(VocabularyEntry):
    """A node of one of the two trees."""

    bit = models.PositiveSmallIntegerField(_("bit"), unique=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    parent_id: int | None
    aliases = models.JSONField(_("other names"), default=list, blank=True)

    class Meta(VocabularyEntry.Meta):
        abstract = True
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_bit_range", condition=Q(bit__range=(0, LAST_BIT))
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_not_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
            ),
        ]


class WorkKind(Kind):
    """A kind of work that a community lacks hands for (活動の種類)."""

    hazards = models.ManyToManyField(Hazard, blank=True, related_name="work_kinds", verbose_name=_("hazards"))
    qualifications: models.ManyToManyField[Qualification, KindQualification] = models.ManyToManyField(
        Qualification,
        through="KindQualification",
        related_name="work_kinds",
        verbose_name=_("typical qualifications"),
    )
    load = models.PositiveSmallIntegerField(
        _("physical load"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(3)],
        help_text=_("1 light, 2 ordinary, 3 hard."),
    )
    where = models.JSONField(_("where"), default=list, blank=True)
    months = models.JSONField(_("usual months"), default=list, blank=True)
    credit_from_parent = models.BooleanField(
        _("credit from the parent kind"),
        default=True,
        help_text=_("Off for machines and legal licences: a broader ability is then worth nothing."),
    )
    min_age_hint = models.PositiveSmallIntegerField(_("usual minimum age"), null=True, blank=True)

    class Meta(Kind.Meta):
        verbose_name = _("kind of work")
        verbose_name_plural = _("kinds of work")
        constraints = [
            *Kind.Meta.constraints,
            models.CheckConstraint(name="accounts_workkind_load_range", condition=Q(load__range=(1, 3))),
        ]


class KindQualification(models.Model):
    """What a kind of work typically asks for; a need decides for itself and records it."""

    kind = models.ForeignKey(WorkKind, on_delete=models.CASCADE, related_name="typical_qualifications")
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(_("level"), max_length=20, choices=QualificationLevel.choices)
    when_ja = models.CharField(_("only when"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("typical qualification")
        verbose_name_plural = _("typical qualifications")
        ordering = ["kind_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "qualification"], name="accounts_kindqualification_once"),
            models.CheckConstraint(
                name="accounts_kindqualification_level", condition=Q(level__in=QualificationLevel.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.qualification_id} ({self.level})"


class AssetKind(Kind):
    """A kind of thing a community can give (提供の種類)."""

    permission_holders = models.JSONField(_("who usually has to permit it"), default=list, blank=True)
    note_ja = models.CharField(_("note in Japanese"), max_length=200, blank=True)

    class Meta(Kind.Meta):
        verbose_name = _("kind of asset")
        verbose_name_plural = _("kinds of assets")


class SurveyActivity(models.Model):
    """One of the 31 activities of the national survey, word for word, and the kinds it stands for here."""

    number = models.PositiveSmallIntegerField(_("number"), primary_key=True)
    name_ja = models.CharField(_("activity"), max_length=100)
    survey_type = models.CharField(_("type"), max_length=20, choices=SurveyType.choices, blank=True)
    work_kinds = models.ManyToManyField(WorkKind, blank=True, related_name="survey_activities")
    asset_kinds = models.ManyToManyField(AssetKind, blank=True, related_name="survey_activities")
    # Set when an administrator changed the kinds: a new edition of the shipped data then leaves them alone.
    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("activity of the survey")
        verbose_name_plural = _("activities of the survey")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                name="accounts_surveyactivity_type", condition=Q(survey_type__in=["", *SurveyType.values])
            ),
        ]

    def __str__(self) -> str:
        return self.name_ja
