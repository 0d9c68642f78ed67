"""Whether work grows with its input, not with its square: told by a ratio within one run, so that a slow or busy machine changes nothing."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

TIMES = 6  # how much larger the larger input is
LEEWAY = 2.5  # times as much again: a square would be TIMES
TOO_LITTLE = 0.2  # seconds of processor time: what is done in less is not slow, whatever its ratio


def assert_grows_with_its_input(work: Callable[[T], object], make: Callable[[int], T], size: int) -> None:
    """`make(size)` is a hostile input; `work` on one TIMES as large may cost TIMES as much, and some, but not the square."""
    large = _cost(work, make(size))
    if large < TOO_LITTLE:
        return
    small = min(_cost(work, make(size // TIMES)) for _ in range(3))
    large = min(large, _cost(work, make(size)))
    assert large < TOO_LITTLE or large < small * TIMES * LEEWAY, f"{size // TIMES}: {small:.3f} s of processor time, {size}: {large:.3f} s"


def _cost(work: Callable[[T], object], value: T) -> float:
    gc.disable()  # it looks again and again through all that there is, which says nothing about the work
    try:
        began = time.process_time()
        work(value)
        return time.process_time() - began
    finally:
        gc.enable()
