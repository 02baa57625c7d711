"""Who may what at the addresses of accounts. See ``tests.support.matrix``; the parties are hana's."""

from __future__ import annotations

from django.core.cache import cache
from django.utils import timezone
from knox.models import AuthToken

from accounts.models import AssetKind, Consent, Hazard, Outbox, Qualification, WorkKind
from accounts.services.consents import TERMS_VERSION
from accounts.services.members import invite_members
from tests.builders import FUKUOKA
from tests.support.matrix import Case, Scene, Values, everybody, signed_in

HANA = "hana@example.org"


def party(scene: Scene) -> Values:
    return {"public_id": scene.hana_party.public_id}


def of_party(url: str, method: str, success: int, body: Values | None = None) -> Case:
    """An act on hana's party: hers, and an administrator's; to anybody else it does not exist."""
    expected = (401, 404, success, 404, 404, 404, success)
    return Case(url, method, expected, where=party, body=lambda _scene: body or {})


def stranger(body: Values):
    """The body of a door for strangers, its throttles forgotten."""

    def made(_scene: Scene) -> Values:
        cache.clear()
        return body

    return made


def consent(scene: Scene) -> Values:
    row = Consent.objects.create(user=scene.hana, kind="passing_on", text_version="1", given_by=scene.hana)
    return {"pk": row.pk}


def token(scene: Scene) -> Values:
    return {"token_id": AuthToken.objects.create(scene.hana)[0].token_key}


def group(scene: Scene) -> Values:
    """Hana's party as a group that can be joined."""
    scene.hana_party.kind, scene.hana_party.size = "group", 5
    scene.hana_party.save(update_fields=["kind", "size"])
    return party(scene)


def invitation(scene: Scene) -> Values:
    group(scene)
    return {"code": invite_members(actor=scene.hana, party=scene.hana_party)}


def member(scene: Scene) -> Values:
    scene.hana_party.memberships.create(user=scene.ume)
    return {**group(scene), "user_id": scene.ume.public_id}


def organization(scene: Scene) -> Values:
    return {"public_id": scene.organization.public_id}


def desk(scene: Scene) -> Values:
    return {**organization(scene), "user_id": scene.mori.public_id}


def word(model):
    """A word of a vocabulary that is there."""

    def made(_scene: Scene) -> Values:
        bit = {"bit": 100} if hasattr(model, "bit") else {}
        return {"code": model.objects.create(code="kuma", name_ja="熊", name_en="beer", **bit).code}

    return made


def letter(scene: Scene) -> Values:
    row = Outbox.objects.create(key="a:1", topic="x", dead_at=timezone.now(), last_error="no")
    return {"key": row.key}


NEW = {"email": "neu@example.org", "name": "新", "language": "ja", "accepts_terms_version": TERMS_VERSION}
WRONG_CODE = {"email": HANA, "code": "00000000"}
PARTY = {"kind": "individual", "name": "花", "home_code": FUKUOKA}
ORGANIZATION = {"name": "舎", "legal_status": "business"}
WORD = {"code": "new_word", "name_ja": "語", "name_en": "word"}
TERMS = {"kind": "terms", "text_version": TERMS_VERSION}
BASIS = {"basis": "職業安定法第29条"}
PRESENT = {"absent_from": None, "absent_until": None}
FOR_ADMIN = (401, 403, 403, 403, 403, 403, 200)

CASES = [
    Case("sign-up", "POST", everybody(202), body=stranger(NEW)),
    Case("sign-in-code", "POST", everybody(202), body=stranger({"email": HANA})),
    Case("sign-in-code-confirm", "POST", everybody(422), body=stranger(WRONG_CODE)),
    Case("tokens", "GET", (403, *(200,) * 6)),
    Case("tokens", "POST", (403, *(201,) * 6)),
    Case("token", "DELETE", (401, 404, 204, 404, 404, 404, 404), where=token),
    Case("me", "GET", signed_in(200)),
    Case("me", "PATCH", signed_in(200), body=lambda _scene: {"language": "en"}),
    Case("my-card", "GET", signed_in(200)),
    Case("my-card", "PATCH", signed_in(200), body=lambda _scene: {"phone": "1"}),
    Case("my-consents", "GET", signed_in(200)),
    Case("my-consents", "POST", signed_in(201), body=lambda _scene: TERMS),
    Case("consent-withdraw", "POST", (401, 404, 200, 404, 404, 404, 404), where=consent),
    Case("my-notifications", "GET", signed_in(200)),
    Case("my-notifications-read", "POST", signed_in(200), body=lambda _scene: {"ids": ["x"]}),
    Case("municipalities", "GET", everybody(200)),
    Case("work-kinds", "GET", everybody(200)),
    Case("work-kinds", "POST", (401, 403, 403, 403, 403, 403, 201), body=lambda _scene: WORD),
    Case("work-kind", "PATCH", FOR_ADMIN, where=word(WorkKind), body=lambda _scene: {"name_en": "bear"}),
    Case("asset-kinds", "GET", everybody(200)),
    Case("asset-kinds", "POST", (401, 403, 403, 403, 403, 403, 201), body=lambda _scene: WORD),
    Case("asset-kind", "PATCH", FOR_ADMIN, where=word(AssetKind), body=lambda _scene: {"name_en": "bear"}),
    Case("qualifications", "GET", everybody(200)),
    Case("qualifications", "POST", (401, 403, 403, 403, 403, 403, 201), body=lambda _scene: WORD),
    Case(
        "qualification",
        "PATCH",
        FOR_ADMIN,
        where=word(Qualification),
        body=lambda _scene: {"name_en": "bear"},
    ),
    Case("hazards", "GET", everybody(200)),
    Case("hazards", "POST", (401, 403, 403, 403, 403, 403, 201), body=lambda _scene: WORD),
    Case("hazard", "PATCH", FOR_ADMIN, where=word(Hazard), body=lambda _scene: {"name_en": "bear"}),
    Case("organizations", "GET", everybody(200)),
    Case("organizations", "POST", (401, 403, 403, 403, 403, 403, 201), body=lambda _scene: ORGANIZATION),
    Case("organization", "GET", everybody(200), where=organization),
    Case("organization-coverage", "PUT", FOR_ADMIN, where=organization),
    Case("organization-employment-basis", "PUT", FOR_ADMIN, where=organization, body=lambda _scene: BASIS),
    Case(
        "organization-guides", "GET", signed_in(200), where=organization
    ),  # of colleagues only: see test_organizations
    Case(
        "organization-guides",
        "POST",
        (401, 403, 403, 403, 403, 403, 201),
        where=organization,
        body=lambda scene: {"user": scene.yuki.public_id},
    ),
    # mori guides in the same organization and sees herself there, but only administrators end an office
    Case("organization-guide", "DELETE", (401, 404, 404, 404, 404, 403, 204), where=desk),
    Case(
        "guide-absence", "PUT", (401, 404, 404, 404, 404, 200, 200), where=desk, body=lambda _scene: PRESENT
    ),
    Case("parties", "GET", signed_in(200)),
    Case("parties", "POST", signed_in(201), body=lambda scene: scene.hana_party and PARTY),
    Case("party-join", "POST", signed_in(200), body=invitation),
    of_party("party", "GET", 200),
    of_party("party", "PATCH", 200, {"name": "花子"}),
    of_party("party-abilities", "PUT", 200, {"abilities": [{"code": "grass_hand"}]}),
    of_party("party-wishes", "PUT", 200, {"wishes": [{"code": "trail_mtb"}]}),
    of_party("party-qualifications", "PUT", 200, {"qualifications": []}),
    of_party("party-availability", "PUT", 200, {"availabilities": [{}]}),
    of_party("party-pause", "POST", 200),
    of_party("party-resume", "POST", 200),
    Case("party-invitations", "POST", (401, 404, 201, 404, 404, 404, 201), where=group),
    Case("party-member", "DELETE", (401, 404, 204, 204, 404, 404, 204), where=member),
    Case("dead-letters", "GET", FOR_ADMIN),
    Case("dead-letter-replay", "POST", FOR_ADMIN, where=letter),
]
