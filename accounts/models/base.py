"""What several nouns share: a public id that may appear in addresses and messages."""

from __future__ import annotations

import secrets

from django.db import models

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 12


def new_public_id() -> str:
    """Twelve characters without look-alikes (59 bits), safe to read out on the telephone."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


class PublicModel(models.Model):
    """A row with an unguessable public id; primary keys never leave the house."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)

    class Meta:
        abstract = True
