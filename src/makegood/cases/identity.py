"""Who is who: codes of identifiers, and identifiers that stand twice.

Identifiers stay bytes; nothing is decoded. Files mostly come in the order of the people or of their own
identifiers, so that is tried first by a linear pass; a hash table serves what is left. Its slots hold the identifier
itself where that has at most fifteen bytes, so that a look-up touches one place in memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from makegood.cases.column_file import as_words, spelled_out
from makegood.cases.compiled import compiled, few, for_reading, in_parts

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
UNKNOWN = -1
_UNTRIED = -2
SHORT = 15
"""Identifiers of so many bytes fit into two words of a slot, with their length."""


def buffers_of(ids: pa.Array) -> tuple[Int64 | Int32, npt.NDArray[np.uint8]]:
    """Offsets (n + 1) and bytes of a string array, without a copy."""
    width = np.int64 if pa.types.is_large_string(ids.type) else np.int32
    _, offsets, data = ids.buffers()
    spread: Any = np.frombuffer(offsets, dtype=width)[ids.offset : ids.offset + len(ids) + 1]
    return spread, np.frombuffer(data if data is not None and data.size else b"\0", dtype=np.uint8)


def codes_of(ids: pa.Array, *, among: pa.Array) -> Int32:
    """For each of `ids` its position in `among` (distinct), or UNKNOWN."""
    if pa.types.is_integer(ids.type) and pa.types.is_integer(among.type):
        return _codes_of_numbers(ids.to_numpy(), among.to_numpy())
    ids, among = as_words(ids), as_words(among)
    if few(len(ids) + len(among)):
        known = {word: code for code, word in enumerate(among.to_pylist())}
        return np.array([known.get(word, UNKNOWN) for word in ids.to_pylist()], dtype=np.int32)
    codes = np.empty(len(ids), np.int32)
    their, words = buffers_of(ids)
    known_at, known_words = buffers_of(among)
    guess = compiled(guess_by_order)
    left = np.zeros(1, np.int64)
    in_parts(lambda a, b: guess(their, words, known_at, known_words, codes, a, b, left), size=len(ids), rows=len(ids))
    if left[0]:
        size = _size_of_table(len(among))
        if int(np.diff(known_at).max()) <= SHORT:
            slots = np.zeros((size, 3), np.uint64)
            compiled(fill_short)(known_at, known_words, slots)
            slots = for_reading(slots)
            look_up = compiled(look_up_short)
            in_parts(lambda a, b: look_up(their, words, slots, codes, a, b), size=len(ids), rows=len(ids))
        else:
            places = np.full(size, -1, np.int32)
            compiled(fill)(known_at, known_words, places, np.empty(0, np.int32))
            places = for_reading(places)
            look_up = compiled(look_up_long)
            in_parts(lambda a, b: look_up(their, words, known_at, known_words, places, codes, a, b), size=len(ids), rows=len(ids))
    return codes


def first_rows(ids: pa.Array) -> Int32 | None:
    """For each identifier the first row that has it; None where all are distinct."""
    if pa.types.is_integer(ids.type) and not ids.null_count:
        return _first_rows_of_numbers(ids.to_numpy())
    ids = as_words(spelled_out(ids))
    if few(len(ids)):
        seen: dict[Any, int] = {}
        first = np.array([seen.setdefault(word, row) for row, word in enumerate(ids.to_pylist())], dtype=np.int32)
        return None if len(seen) == len(ids) else first
    at, words = buffers_of(ids)
    test, falls = compiled(mark_fall), np.zeros(1, np.bool_)
    in_parts(lambda a, b: test(at, words, a, b, falls), size=len(ids), rows=len(ids))
    if not falls[0]:
        return None
    first = np.empty(len(ids), np.int32)
    doubles = compiled(fill)(at, words, np.full(_size_of_table(len(ids)), -1, np.int32), first)
    return first if doubles else None


def _codes_of_numbers(ids: npt.NDArray[Any], among: npt.NDArray[Any]) -> Int32:
    """Codes of identifiers that are whole numbers: by a table of all numbers between where they lie close, else by search."""
    if not len(among):
        return np.full(len(ids), UNKNOWN, np.int32)
    low, high = int(among.min()), int(among.max())
    if high - low < 8 * len(among) + 1000:
        place = np.full(high - low + 1, UNKNOWN, np.int32)
        place[among - low] = np.arange(len(among), dtype=np.int32)
        inside = (ids >= low) & (ids <= high)
        return np.where(inside, place[np.clip(ids, low, high) - low], np.int32(UNKNOWN))
    order = np.argsort(among, kind="stable").astype(np.int32)
    near = np.minimum(np.searchsorted(among, ids, sorter=order), len(among) - 1)
    found = order[near]
    return np.where(among[found] == ids, found, np.int32(UNKNOWN))


def _first_rows_of_numbers(ids: npt.NDArray[Any]) -> Int32 | None:
    if bool((ids[1:] > ids[:-1]).all()):
        return None
    distinct, first, inverse = np.unique(ids, return_index=True, return_inverse=True)
    return None if len(distinct) == len(ids) else first[inverse].astype(np.int32)


def _size_of_table(rows: int) -> int:
    return 1 << max(4, (2 * rows - 1).bit_length())


def guess_by_order(at: Any, words: Any, known_at: Any, known_words: Any, codes: Any, a: int, b: int, left: Any) -> None:
    """Codes of rows a..b when they follow the order of the known ones; else _UNTRIED, counted in `left`."""
    known = len(known_at) - 1
    code = -1
    missed = 0
    if a > 0 and a < b:  # a later part starts anywhere: find its first identifier
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
        if missed > 1000 and missed > (row - a) // 2:  # no such order: do not look for it any longer
            codes[row] = -2
            continue
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


def mark_fall(at: Any, words: Any, a: int, b: int, falls: Any) -> None:
    """Say whether a row of a..b does not rise above the one before it, by length first and then by bytes.

    Where none does, all identifiers are distinct.
    """
    for row in range(max(a, 1), b):
        longer = (at[row + 1] - at[row]) - (at[row] - at[row - 1])
        rises = longer > 0
        if longer == 0:
            here, there = at[row], at[row - 1]
            for byte in range(at[row + 1] - at[row]):
                mine, its = words[here + byte], words[there + byte]
                if mine != its:
                    rises = mine > its
                    break
        if not rises:
            falls[0] = True
            return


def fill_short(at: Any, words: Any, slots: Any) -> None:
    """Enter short identifiers into the table: two words with their bytes and length, and their row + 1 (0: empty)."""
    mask = np.uint64(len(slots) - 1)
    for row in range(len(at) - 1):
        here, length = at[row], at[row + 1] - at[row]
        low, high = np.uint64(0), np.uint64(length)
        for byte in range(min(length, 8)):
            low = (low << np.uint64(8)) | np.uint64(words[here + byte])
        for byte in range(8, length):
            high = (high << np.uint64(8)) | np.uint64(words[here + byte])
        hashed = (low ^ (high * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xFF51AFD7ED558CCD)
        slot = (hashed ^ (hashed >> np.uint64(32))) & mask
        while slots[slot, 2] != 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot, 0] = low
        slots[slot, 1] = high
        slots[slot, 2] = row + 1


def look_up_short(at: Any, words: Any, slots: Any, codes: Any, a: int, b: int) -> None:
    """Codes of those rows of a..b that are _UNTRIED, from a table of short identifiers."""
    mask = np.uint64(len(slots) - 1)
    for row in range(a, b):
        if codes[row] != -2:
            continue
        codes[row] = -1
        here, length = at[row], at[row + 1] - at[row]
        if length > 15:
            continue
        low, high = np.uint64(0), np.uint64(length)
        for byte in range(min(length, 8)):
            low = (low << np.uint64(8)) | np.uint64(words[here + byte])
        for byte in range(8, length):
            high = (high << np.uint64(8)) | np.uint64(words[here + byte])
        hashed = (low ^ (high * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xFF51AFD7ED558CCD)
        slot = (hashed ^ (hashed >> np.uint64(32))) & mask
        while slots[slot, 2] != 0:
            if slots[slot, 0] == low and slots[slot, 1] == high:
                codes[row] = np.int64(slots[slot, 2]) - 1
                break
            slot = (slot + np.uint64(1)) & mask


def fill(at: Any, words: Any, slots: Any, first: Any) -> int:
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


def look_up_long(at: Any, words: Any, known_at: Any, known_words: Any, slots: Any, codes: Any, a: int, b: int) -> None:
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
