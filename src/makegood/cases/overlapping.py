"""Which spells overlap an earlier one of the same person and kind."""

from __future__ import annotations

from typing import Any

import numpy as np


def mark_overlaps(first: Any, kind: Any, start: Any, end: Any, marks: Any, a: int, b: int) -> None:
    """Mark, for persons a..b, each spell that overlaps one of the same kind that starts earlier, or that starts the
    same day and ends later, or is the same period and stands earlier in the file.

    A few spells are compared pair by pair, many are sorted by start and swept with the latest end so far.
    """
    for person in range(a, b):
        low, high = first[person], first[person + 1]
        if high - low <= 24:
            for later in range(low, high):
                for earlier in range(low, high):
                    if earlier == later or kind[earlier] != kind[later]:
                        continue
                    if start[earlier] > start[later] or end[earlier] <= start[later]:
                        continue
                    if start[earlier] == start[later]:
                        if end[earlier] < end[later]:
                            continue
                        if end[earlier] == end[later] and earlier > later:
                            continue
                    marks[later] = True
                    break
        else:
            for each in range(5):
                count = 0
                for spell in range(low, high):
                    if kind[spell] == each:
                        count += 1
                if count < 2:
                    continue
                keys = np.empty(count, np.int64)
                places = np.empty(count, np.int64)
                at = 0
                for spell in range(low, high):
                    if kind[spell] == each:
                        keys[at] = (np.int64(start[spell]) << 32) - end[spell]
                        places[at] = spell
                        at += 1
                order = np.argsort(keys, kind="mergesort")
                latest = np.int64(-(2**40))
                for place in order:
                    spell = places[place]
                    if start[spell] < latest:
                        marks[spell] = True
                    latest = max(latest, np.int64(end[spell]))
