"""Who is who: codes of identifiers, and identifiers that stand twice.

Identifiers stay bytes; nothing is decoded. Files mostly come in the order of the people or of their own
identifiers, so that is tried first by a linear pass; a hash table serves what is left.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from makegood.cases.compiled import PLAIN_UP_TO, compiled, in_parts

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
UNKNOWN = -1
_UNTRIED = -2
_LOOK_AHEAD = 8


def buffers_of(ids: pa.Array) -> tuple[Int64 | Int32, npt.NDArray[np.uint8]]:
    """Offsets (n + 1) and bytes of a string array, without a copy."""
    width = np.int64 if pa.types.is_large_string(ids.type) else np.int32
    _, offsets, data = ids.buffers()
    spread: Any = np.frombuffer(offsets, dtype=width)[ids.offset : ids.offset + len(ids) + 1]
    return spread, np.frombuffer(data, dtype=np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)


def codes_of(ids: pa.Array, *, among: pa.Array) -> Int32:
    """For each of `ids` its position in `among` (distinct), or UNKNOWN."""
    if len(ids) + len(among) <= PLAIN_UP_TO:
        known = {word: code for code, word in enumerate(among.to_pylist())}
        return np.array([known.get(word, UNKNOWN) for word in ids.to_pylist()], dtype=np.int32)
    codes = np.empty(len(ids), np.int32)
    their, words = buffers_of(ids)
    known_at, known_words = buffers_of(among)
    guess = compiled(_guess_by_order)
    left = np.zeros(1, np.int64)
    in_parts(lambda a, b: guess(their, words, known_at, known_words, codes, a, b, left), size=len(ids), rows=len(ids))
    if left[0]:
        slots = _slots(len(among))
        compiled(_fill)(known_at, known_words, slots, np.empty(0, np.int32))
        look_up = compiled(_look_up)
        in_parts(lambda a, b: look_up(their, words, known_at, known_words, slots, codes, a, b), size=len(ids), rows=len(ids))
    return codes


def first_rows(ids: pa.Array) -> Int32 | None:
    """For each identifier the first row that has it; None where all are distinct."""
    if len(ids) <= PLAIN_UP_TO:
        seen: dict[Any, int] = {}
        first = np.array([seen.setdefault(word, row) for row, word in enumerate(ids.to_pylist())], dtype=np.int32)
        return None if len(seen) == len(ids) else first
    at, words = buffers_of(ids)
    if compiled(_rising)(at, words):
        return None
    first = np.empty(len(ids), np.int32)
    doubles = compiled(_fill)(at, words, _slots(len(ids)), first)
    return first if doubles else None


def _slots(rows: int) -> Int32:
    return np.full(1 << max(4, (2 * rows - 1).bit_length()), -1, np.int32)


def _guess_by_order(at: Any, words: Any, known_at: Any, known_words: Any, codes: Any, a: int, b: int, left: Any) -> None:
    """Codes of rows a..b when they follow the order of the known ones; else _UNTRIED, counted in `left`."""
    known = len(known_at) - 1
    code = -1
    missed = 0
    if a > 0:  # a later part starts anywhere: find its first identifier
        length = at[a + 1] - at[a]
        for candidate in range(known):
            if known_at[candidate + 1] - known_at[candidate] == length:
                here, there = at[a], known_at[candidate]
                same = True
                for byte in range(length - 1, -1, -1):
                    if words[here + byte] != known_words[there + byte]:
                        same = False
                        break
                if same:
                    code = candidate
                    break
    for row in range(a, b):
        length = at[row + 1] - at[row]
        found = -2
        for step in range(9):
            candidate = code + step
            if candidate < 0:
                continue
            if candidate >= known:
                break
            if known_at[candidate + 1] - known_at[candidate] != length:
                continue
            here, there = at[row], known_at[candidate]
            same = True
            for byte in range(length - 1, -1, -1):
                if words[here + byte] != known_words[there + byte]:
                    same = False
                    break
            if same:
                found = candidate
                code = candidate
                break
        codes[row] = found
        if found == -2:
            missed += 1
    if missed:
        left[0] = 1


def _rising(at: Any, words: Any) -> bool:
    """Whether identifiers rise strictly from row to row, by length first and then by bytes: then all are distinct."""
    for row in range(1, len(at) - 1):
        longer = (at[row + 1] - at[row]) - (at[row] - at[row - 1])
        if longer < 0:
            return False
        if longer == 0:
            here, there = at[row], at[row - 1]
            rises = False
            for byte in range(at[row + 1] - at[row]):
                mine, its = words[here + byte], words[there + byte]
                if mine != its:
                    rises = mine > its
                    break
            if not rises:
                return False
    return True


def _fill(at: Any, words: Any, slots: Any, first: Any) -> int:
    """Enter identifiers into the table of slots; write each one's first row where asked; count the doubles."""
    mask = len(slots) - 1
    doubles = 0
    wanted = len(first) > 0
    for row in range(len(at) - 1):
        here, length = at[row], at[row + 1] - at[row]
        hashed = np.uint64(14695981039346656037)
        for byte in range(length):
            hashed = (hashed ^ np.uint64(words[here + byte])) * np.uint64(1099511628211)
        slot = np.int64((hashed ^ (hashed >> np.uint64(29))) & np.uint64(mask))
        owner = row
        while slots[slot] >= 0:
            other = slots[slot]
            there = at[other]
            same = at[other + 1] - there == length
            if same:
                for byte in range(length):
                    if words[here + byte] != words[there + byte]:
                        same = False
                        break
            if same:
                owner = other
                doubles += 1
                break
            slot = (slot + 1) & mask
        if owner == row:
            slots[slot] = row
        if wanted:
            first[row] = owner
    return doubles


def _look_up(at: Any, words: Any, known_at: Any, known_words: Any, slots: Any, codes: Any, a: int, b: int) -> None:
    """Codes of those rows of a..b that are _UNTRIED, from the table of slots."""
    mask = len(slots) - 1
    for row in range(a, b):
        if codes[row] != -2:
            continue
        here, length = at[row], at[row + 1] - at[row]
        hashed = np.uint64(14695981039346656037)
        for byte in range(length):
            hashed = (hashed ^ np.uint64(words[here + byte])) * np.uint64(1099511628211)
        slot = np.int64((hashed ^ (hashed >> np.uint64(29))) & np.uint64(mask))
        codes[row] = -1
        while slots[slot] >= 0:
            other = slots[slot]
            there = known_at[other]
            same = known_at[other + 1] - there == length
            if same:
                for byte in range(length):
                    if words[here + byte] != known_words[there + byte]:
                        same = False
                        break
            if same:
                codes[row] = other
                break
            slot = (slot + 1) & mask
