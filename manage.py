#!/usr/bin/env python3
"""Django's command line. `manage.py up` runs the whole stack; `make demo` needs nothing prepared."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run one command; a setting that cannot be used ends in a sentence, not in a traceback."""
    # The strict settings are the default: who wants the demo's or the tests' says so.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Enishi does not start: {error}")


if __name__ == "__main__":
    main()
