"""A token for the API, from the shell: manage.py issue_token hana@example.org [--hours 10]."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import DomainError
from accounts.selectors.users import user_by_email
from accounts.services.tokens import HOURS_DEFAULT, issue_token


class Command(BaseCommand):
    help = "Print a new API token of a person, once; only its digest is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="Address of the person in whose name the token acts.")
        parser.add_argument(
            "--hours", type=int, default=HOURS_DEFAULT, help="How long it is valid (1 to 720)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = user_by_email(options["email"])
        if user is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        try:
            token = issue_token(
                actor=user, hours=options["hours"], on_behalf_of=f"operator {getpass.getuser()}"
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(token.secret)
