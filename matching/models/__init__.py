"""One file per noun; everything importable from here."""

from matching.models.answers import Answer, Attendance, Meeting, PhoneCall, Precondition, RegionConsent
from matching.models.candidates import Candidate
from matching.models.counted import CountOfPeople
from matching.models.events import MatchEvent
from matching.models.guardians import GuardianAsk
from matching.models.interviews import Interview
from matching.models.matches import Hold, Match, MatchPerson, MatchSlot
from matching.models.messages import MatchMessage
from matching.models.outcomes import Decision, MatchOutcome
from matching.models.relations import Block, Relation
from matching.models.reports import Report, ReportNote, ReportReach
from matching.models.runs import MatchRun, NeedDiagnosis, RunInputs, RunShard, WeightSet
from matching.models.snapshots import PartySnapshot, SnapshotPart
from matching.models.suggestions import Look, Suggestion
from matching.models.watches import Watch

__all__ = [
    "Answer",
    "Attendance",
    "Block",
    "Candidate",
    "CountOfPeople",
    "Decision",
    "GuardianAsk",
    "Hold",
    "Interview",
    "Look",
    "Match",
    "MatchEvent",
    "MatchMessage",
    "MatchOutcome",
    "MatchPerson",
    "MatchRun",
    "MatchSlot",
    "Meeting",
    "NeedDiagnosis",
    "PartySnapshot",
    "PhoneCall",
    "Precondition",
    "RegionConsent",
    "Relation",
    "Report",
    "ReportNote",
    "ReportReach",
    "RunInputs",
    "RunShard",
    "SnapshotPart",
    "Suggestion",
    "Watch",
    "WeightSet",
]
