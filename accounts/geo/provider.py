"""A routing service named by a dotted path, in the place of the shipped model."""

from __future__ import annotations

from importlib import import_module

from accounts.geo.estimate import ShippedModel, TravelEstimator, install

ANSWERS = ("minutes_matrix", "drive_to_points")
"""What `TravelEstimator` asks for."""


class ProviderError(Exception):
    """Why a named provider cannot be used, in one sentence."""


def install_named(path: str) -> TravelEstimator:
    """Answer from what the callable at ``path`` makes; without a path from the shipped model. Returns what now answers.

    The callable takes nothing and returns a `TravelEstimator`; a class with its two methods will do. It is called
    once in every process.

    Raises:
        ProviderError: no such module or name, the call fails, or what it makes answers no such question.
    """
    estimator = _made_by(path) if path else ShippedModel()
    install(estimator)
    return estimator


def _made_by(path: str) -> TravelEstimator:
    module_name, _, name = path.rpartition(".")
    try:
        make = getattr(import_module(module_name), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ProviderError(f"there is no {path} ({error})") from error
    try:
        estimator: TravelEstimator = make()
    except Exception as error:  # whatever a foreign callable raises is told in its words
        raise ProviderError(f"{path} cannot be called without arguments or fails ({error})") from error
    missing = [answer for answer in ANSWERS if not callable(getattr(estimator, answer, None))]
    if missing:
        raise ProviderError(f"what {path} makes has no {' and no '.join(missing)}")
    return estimator
