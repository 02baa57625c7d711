"""What somebody can read of a match: every page about it and every letter, as they are sent to the browser."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.browser.saga_cast import Person
from tests.browser.saga_story import letters_to

EVERYBODYS = ("/", "/needs/", "/for-you/", "/matches/", "/calendar/", "/place/")
OK, NOT_FOUND = 200, 404


@dataclass(frozen=True)
class Reader:
    """Somebody who is signed in, with their letters."""

    page: Any
    person: Person

    def pages(self, match: str) -> list[str]:
        """The source of the pages that list matches or tell of this one."""
        own = ("matches/{}/", "matches/{}/messages/", "desk/{}/", "desk/{}/approve/")
        addresses = (*EVERYBODYS, *(f"/{path.format(match)}" for path in own))
        return [self.page.request.get(address).text() for address in addresses] + [
            self._contacts(match).text()
        ]

    def is_refused(self, match: str) -> bool:
        """Whether for this person there is no such match, whichever way they ask."""
        answers = [self.page.request.get(f"/matches/{match}/{rest}") for rest in ("", "messages/", "answer/")]
        return {answer.status for answer in (*answers, self._contacts(match))} == {NOT_FOUND}

    def _contacts(self, match: str) -> Any:
        """Whom to call, asked for as the button does it, whether or not the page has one."""
        cookies = {cookie["name"]: cookie["value"] for cookie in self.page.context.cookies()}
        token = {"csrfmiddlewaretoken": cookies["csrftoken"]}
        answer = self.page.request.post(f"/matches/{match}/contacts/", form=token)
        assert answer.status in {OK, NOT_FOUND}
        return answer


def words_read(reader: Reader, match: str, words: Iterable[str]) -> set[str]:
    """Which of the words this person can read anywhere now."""
    texts = [*reader.pages(match), *letters_to(reader.page, reader.person.email)]
    return {word for word in words if any(word in text for text in texts)}
