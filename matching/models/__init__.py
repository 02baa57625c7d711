"""One file per noun; everything importable from here."""

from matching.models.answers import Answer, Attendance, Meeting, PhoneCall, Precondition, RegionConsent
from matching.models.events import MatchEvent
from matching.models.guardians import GuardianAsk
from matching.models.matches import Hold, Match, MatchPerson, MatchSlot
from matching.models.relations import Block, Relation
from matching.models.runs import MatchRun, NeedDiagnosis, RunShard, WeightSet
from matching.models.suggestions import Look, Suggestion

__all__ = [
    "Answer",
    "Attendance",
    "Block",
    "GuardianAsk",
    "Hold",
    "Look",
    "Match",
    "MatchEvent",
    "MatchPerson",
    "MatchRun",
    "MatchSlot",
    "Meeting",
    "NeedDiagnosis",
    "PhoneCall",
    "Precondition",
    "RegionConsent",
    "Relation",
    "RunShard",
    "Suggestion",
    "WeightSet",
]
