"""What Django's own forms say, named here so that our catalogue says it in the words of this house."""

from __future__ import annotations

from django.utils.translation import gettext_noop

FORM_WORDS = (
    gettext_noop("This field is required."),
    gettext_noop("Ensure this value is greater than or equal to %(limit_value)s."),
    gettext_noop("Ensure this value is less than or equal to %(limit_value)s."),
    gettext_noop("Select a valid choice. %(value)s is not one of the available choices."),
    gettext_noop("Select a valid choice. That choice is not one of the available choices."),
)
