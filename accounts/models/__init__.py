"""One file per noun; everything importable from here."""

from accounts.models.accesses import ContactAccess
from accounts.models.contacts import ContactCard
from accounts.models.feeds import CalendarFeed
from accounts.models.notices import NoticeSetting
from accounts.models.organizations import Coverage, Guide, Organization
from accounts.models.outbox import Digest, IdempotencyRecord, Notification, Outbox, WorkerHeartbeat
from accounts.models.places import DataRelease, Municipality, PostalCode
from accounts.models.records import AuditEntry, Consent
from accounts.models.statistics import StatisticalAnswer
from accounts.models.users import User
from accounts.models.vocabulary import (
    AssetKind,
    Hazard,
    KindQualification,
    Qualification,
    SurveyActivity,
    WorkKind,
)
from accounts.models.volunteers import (
    Ability,
    Absence,
    Availability,
    HeldQualification,
    Membership,
    Volunteer,
    Wish,
)

__all__ = [
    "Ability",
    "Absence",
    "AssetKind",
    "AuditEntry",
    "Availability",
    "CalendarFeed",
    "Consent",
    "ContactAccess",
    "ContactCard",
    "Coverage",
    "DataRelease",
    "Digest",
    "Guide",
    "Hazard",
    "HeldQualification",
    "IdempotencyRecord",
    "KindQualification",
    "Membership",
    "Municipality",
    "NoticeSetting",
    "Notification",
    "Organization",
    "Outbox",
    "PostalCode",
    "Qualification",
    "StatisticalAnswer",
    "SurveyActivity",
    "User",
    "Volunteer",
    "Wish",
    "WorkKind",
    "WorkerHeartbeat",
]
