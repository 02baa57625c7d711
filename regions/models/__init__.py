"""One file per noun; everything importable from here."""

from regions.models.communities import MunicipalStaff, QuietPeriod, Region, Representative, RequiredConsent
from regions.models.emergency import EmergencyCard
from regions.models.needs import Need, NeedQualification, NeedWork, Slot, SlotRule
from regions.models.offers import Offer, OfferAsset, Permission
from regions.models.uploads import SheetUpload

__all__ = [
    "EmergencyCard",
    "MunicipalStaff",
    "Need",
    "NeedQualification",
    "NeedWork",
    "Offer",
    "OfferAsset",
    "Permission",
    "QuietPeriod",
    "Region",
    "Representative",
    "RequiredConsent",
    "SheetUpload",
    "Slot",
    "SlotRule",
]
