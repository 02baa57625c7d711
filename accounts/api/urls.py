"""Addresses of people, parties, reference data and messages."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.api import messages, organizations, parties, people, places, signin, words

urlpatterns: list[URLPattern] = [
    path("sign-up/", signin.SignUpView.as_view(), name="sign-up"),
    path("sign-in-code/", signin.CodeRequestView.as_view(), name="sign-in-code"),
    path("tokens/", signin.TokensView.as_view(), name="tokens"),
    path("tokens/<slug:token_id>/", signin.TokenView.as_view(), name="token"),
    path("me/", people.MeView.as_view(), name="me"),
    path("me/contact-card/", people.CardView.as_view(), name="my-card"),
    path("me/consents/", people.ConsentsView.as_view(), name="my-consents"),
    path("me/consents/<int:pk>/withdraw/", people.WithdrawConsentView.as_view(), name="consent-withdraw"),
    path("me/notifications/", messages.NotificationsView.as_view(), name="my-notifications"),
    path("me/notifications/read/", messages.ReadView.as_view(), name="my-notifications-read"),
    path("municipalities/", places.MunicipalitiesView.as_view(), name="municipalities"),
    path("vocabularies/work-kinds/", words.WorkKindsView.as_view(), name="work-kinds"),
    path("vocabularies/work-kinds/<slug:code>/", words.WorkKindView.as_view(), name="work-kind"),
    path("vocabularies/asset-kinds/", words.AssetKindsView.as_view(), name="asset-kinds"),
    path("vocabularies/asset-kinds/<slug:code>/", words.AssetKindView.as_view(), name="asset-kind"),
    path("vocabularies/qualifications/", words.QualificationsView.as_view(), name="qualifications"),
    path("vocabularies/qualifications/<slug:code>/", words.QualificationView.as_view(), name="qualification"),
    path("vocabularies/hazards/", words.HazardsView.as_view(), name="hazards"),
    path("vocabularies/hazards/<slug:code>/", words.HazardView.as_view(), name="hazard"),
    path("organizations/", organizations.OrganizationsView.as_view(), name="organizations"),
    path("organizations/<slug:public_id>/", organizations.OneOrganizationView.as_view(), name="organization"),
    path(
        "organizations/<slug:public_id>/coverage/",
        organizations.CoverageView.as_view(),
        name="organization-coverage",
    ),
    path(
        "organizations/<slug:public_id>/employment-basis/",
        organizations.BasisView.as_view(),
        name="organization-employment-basis",
    ),
    path(
        "organizations/<slug:public_id>/guides/",
        organizations.GuidesView.as_view(),
        name="organization-guides",
    ),
    path(
        "organizations/<slug:public_id>/guides/<slug:user_id>/",
        organizations.GuideView.as_view(),
        name="organization-guide",
    ),
    path(
        "organizations/<slug:public_id>/guides/<slug:user_id>/absence/",
        organizations.AbsenceView.as_view(),
        name="guide-absence",
    ),
    path("parties/", parties.PartiesView.as_view(), name="parties"),
    path("parties/join/", parties.JoinView.as_view(), name="party-join"),
    path("parties/<slug:public_id>/", parties.OnePartyView.as_view(), name="party"),
    path("parties/<slug:public_id>/abilities/", parties.AbilitiesView.as_view(), name="party-abilities"),
    path("parties/<slug:public_id>/wishes/", parties.WishesView.as_view(), name="party-wishes"),
    path("parties/<slug:public_id>/qualifications/", parties.HeldView.as_view(), name="party-qualifications"),
    path("parties/<slug:public_id>/availability/", parties.TimesView.as_view(), name="party-availability"),
    path("parties/<slug:public_id>/pause/", parties.PauseView.as_view(), name="party-pause"),
    path("parties/<slug:public_id>/resume/", parties.ResumeView.as_view(), name="party-resume"),
    path(
        "parties/<slug:public_id>/invitations/", parties.InvitationsView.as_view(), name="party-invitations"
    ),
    path(
        "parties/<slug:public_id>/members/<slug:user_id>/", parties.MemberView.as_view(), name="party-member"
    ),
    path("outbox/dead-letters/", messages.DeadLettersView.as_view(), name="dead-letters"),
    path("outbox/dead-letters/<path:key>/replay/", messages.ReplayView.as_view(), name="dead-letter-replay"),
]
