"""The administration pages of this app: words are edited through their service, all else is read here."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from knox.models import AuthToken

from accounts.admin import exports, operation, people, places, words

__all__ = ["exports", "operation", "people", "places", "words"]

# Libraries bring pages of their own, with which an administrator could add an address, a second factor or a token to
# somebody else's account and act as that person, past every service and without a record. Roles are no groups here.
for foreign in (EmailAddress, Authenticator, AuthToken, Group):
    admin.site.unregister(foreign)
