"""Choices that columns of this app may hold. Never compare with a bare string."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartyKind(models.TextChoices):
    """What kind of party a participant is."""

    INDIVIDUAL = "individual", _("individual")
    HOUSEHOLD = "household", _("household")
    GROUP = "group", _("group")


GROUP_KINDS = frozenset({PartyKind.HOUSEHOLD, PartyKind.GROUP})


class AgeBand(models.TextChoices):
    """As much of an age as is needed: nobody is asked for a birthday. Under 16 the guardian holds the account."""

    ADULT = "adult", _("18 or older")
    MINOR = "minor", _("16 or 17")
    CHILD = "child", _("under 16")


class StatAge(models.TextChoices):
    """An age for counts only, as a person chose to say it; to say nothing is a choice like the others."""

    UNDER_20 = "under_20", _("under 20")
    TWENTIES = "20s", _("20 to 29")
    THIRTIES = "30s", _("30 to 39")
    FORTIES = "40s", _("40 to 49")
    FIFTIES = "50s", _("50 to 59")
    SIXTIES = "60s", _("60 to 69")
    FROM_70 = "from_70", _("70 or older")
    UNSAID = "unsaid", _("I would rather not say")


class StatSex(models.TextChoices):
    """A sex for counts only, as a person chose to say it; to say nothing is a choice like the others."""

    FEMALE = "female", _("female")
    MALE = "male", _("male")
    OTHER = "other", _("another")
    UNSAID = "unsaid", _("I would rather not say")


class AbilityLevel(models.TextChoices):
    """How well a party can do a kind of work, in its own words."""

    WILLING = "willing", _("no experience, willing")
    ABLE = "able", _("able")
    EXPERIENCED = "experienced", _("experienced")
    SKILLED = "skilled", _("skilled")


class Transport(models.TextChoices):
    """How a party comes."""

    CAR = "car", _("by car")
    PUBLIC = "public", _("by public transport")
    BOTH = "both", _("by car or public transport")


class LegalStatus(models.TextChoices):
    """How the personal-information law treats an organization."""

    ADMINISTRATIVE = "administrative", _("administrative body")
    BUSINESS = "business", _("business operator")


class Language(models.TextChoices):
    """The languages messages are written in."""

    JAPANESE = "ja", _("Japanese")
    ENGLISH = "en", _("English")


class ConsentKind(models.TextChoices):
    """What a person agreed to."""

    TERMS = "terms", _("terms of use and privacy notice")
    PASSING_ON = "passing_on", _("passing contact data on to the other side of a match")
    GUARDIAN = "guardian", _("a guardian's consent for a minor")
    PROXY = "proxy", _("entry by someone else on my behalf")


class WorkerKind(models.TextChoices):
    """Which process reports that it lives."""

    WORKER = "worker", _("worker")
    RELAY = "relay", _("relay")
    WEB = "web", _("web")


class QualificationLevel(models.TextChoices):
    """How firmly a qualification is asked for; the last is shown and never filters."""

    REQUIRED_BY_LAW = "required_by_law", _("Required by law")
    REQUIRED_BY_HOST = "required_by_host", _("Required by the host")
    RECOMMENDED = "recommended", _("Recommended")


class WorkSetting(models.TextChoices):
    """Where a kind of work is done."""

    OUTDOOR = "outdoor", _("Outdoors")
    INDOOR = "indoor", _("Indoors")
    REMOTE = "remote", _("Remotely")


class SurveyType(models.TextChoices):
    """Types of relationship population; labels are the survey's own terms, so that numbers compare."""

    DIRECT = "direct", "直接寄与型"
    ON_SITE_WORK = "on_site_work", "就労型（直接関与）"
    TELEWORK = "telework", "就労型（テレワーク等）"
    EXCHANGE = "exchange", "参加・交流型"
    HOBBY = "hobby", "趣味・消費型"
    TAX_GIFT = "tax_gift", "非訪問系：ふるさと納税"
    CROWDFUNDING = "crowdfunding", "非訪問系：クラウドファンディング"
    BUYING = "buying", "非訪問系：地場産品等購入"
    COMMISSION = "commission", "非訪問系：特定の地域の仕事の請け負い"
    TELLING = "telling", "非訪問系：情報発信"
    ONLINE = "online", "非訪問系：オンライン活用"


class NoticeGroup(models.TextChoices):
    """Kinds of messages, by what they want of the reader."""

    ANSWERS = "answers", _("An answer is wanted of you")
    HAPPENED = "happened", _("Something has happened")
    FITS = "fits", _("Something new fits")
    REMINDERS = "reminders", _("Reminders")


class NoticeChoice(models.TextChoices):
    """When a message is e-mailed. In the house it stands at once, whatever is chosen."""

    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("once a day, at 18:00")
    NONE = "none", _("no e-mail")
