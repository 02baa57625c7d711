"""Facts become paper: tagged PDF/UA from plain values. Knows no Django and no row.

Texts go in as JSON and are set as strings; they never become part of a program of the typesetter.
"""
