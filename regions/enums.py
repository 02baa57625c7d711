"""Choices of communities, needs and offers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Publicity(models.TextChoices):
    """How much of a community may be shown to everyone."""

    MUNICIPALITY_ONLY = "municipality_only", _("municipality only")
    REGION_NAME = "region_name", _("name of the community")
    FULL = "full", _("name, pictures and figures")


class ConsentMatter(models.TextChoices):
    """What a community's inner consent is needed for."""

    NEW_PARTY = "new_party", _("receiving a new party")
    DATES = "dates", _("dates")
    OFFER_USE = "offer_use", _("use of what is offered")


class NeedStage(models.TextChoices):
    """From a consultation to a public need."""

    CONSULTING = "consulting", _("consultation")
    HEARING = "hearing", _("interview")
    CONSENTED = "consented", _("the community has agreed")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class ReadBackHow(models.TextChoices):
    """How a need's text was read back to who speaks for the community."""

    PHONE = "phone", _("by telephone")
    IN_PERSON = "in_person", _("in person")
    MEETING = "meeting", _("at a meeting of the community")
    PAPER = "paper", _("on paper")
    SELF = "self", _("entered by themselves")


class NeedMode(models.TextChoices):
    """Where the help is given."""

    ON_SITE = "on_site", _("on site")
    REMOTE = "remote", _("from afar")
    BOTH = "both", _("on site and from afar")


class Compensation(models.TextChoices):
    """What is paid. Kept apart, because paid help can become employment."""

    NONE = "none", _("unpaid")
    EXPENSES = "expenses", _("unpaid, expenses covered")
    HONORARIUM = "honorarium", _("honorarium")
    EMPLOYMENT = "employment", _("employment")


class Signal(models.TextChoices):
    """Whether one can telephone from where people work."""

    GOOD = "good", _("there is signal")
    PATCHY = "patchy", _("there is signal in places")
    NONE = "none", _("no signal")


class SlotRuleKind(models.TextChoices):
    """How the dates of a need repeat."""

    NTH_WEEKDAY = "nth_weekday", _("n-th weekday of the month")
    DATE_WINDOW = "date_window", _("weekdays within a window of dates")
    REMOTE_WINDOW = "remote_window", _("months of remote help")
    FIXED = "fixed", _("fixed date")


class PermissionStatus(models.TextChoices):
    """How far a holder's permission has come."""

    PENDING = "pending", _("being arranged")
    INFORMAL = "informal", _("informal consent")
    GRANTED = "granted", _("granted")


USABLE_PERMISSIONS = frozenset({PermissionStatus.INFORMAL, PermissionStatus.GRANTED})
