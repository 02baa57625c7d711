"""Every text stands in Japanese too, with the same placeholders; and the finder finds."""

from __future__ import annotations

from config.messages import found_messages, problems


def test_the_japanese_catalogue_is_complete() -> None:
    assert problems() == []


def test_texts_of_python_and_templates_are_found() -> None:
    found = {message.id if isinstance(message.id, str) else message.id[0] for message in found_messages()}
    assert {
        "You may not do this on this match.",
        "Sign in",
        "Nobody left to cut the grass.",
    } <= found
