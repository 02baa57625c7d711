"""The first administrator, and any other: manage.py make_administrator admin@example.org --name 管理者."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import DomainError
from accounts.services.administrators import make_administrator


class Command(BaseCommand):
    help = "Make the person of an e-mail address an administrator; without an account one is made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="The person's address; sign-in codes go there.")
        parser.add_argument("--name", default="", help="Needed where there is no account yet.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = make_administrator(
                email=options["email"], name=options["name"], operator=getpass.getuser()
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.email} is an administrator. Public id: {user.public_id}")
