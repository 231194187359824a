"""The loops of the default engine over columns; see docs/reference/measurement.md for the rule that they carry out."""

from __future__ import annotations

from typing import Any

import numpy as np


def judge_months(
    a: int,
    b: int,
    first: Any,
    kind: Any,
    start: Any,
    end: Any,
    hours: Any,
    wanted: int,
    way: int,
    level: int,
    need: int,
    per: int,
    code: Any,
    border: Any,
    observed: Any,
    covered: bool,
    watch_first: Any,
    watch_start: Any,
    watch_end: Any,
    counted: Any,
    unknown: Any,
    over: Any,
    place: Any,
    states: Any,
    weeks: Any,
) -> None:
    """Judge the months of persons a..b under one rule.

    first (n + 1), kind, start, end, hours (m): spells by person, days, ten-thousandths of hours, -1 unknown.
    code (n), border (u x window + 1), observed (u): the months. watch_*: disjoint watched periods by person, used
    where `covered`. place (n): the person's row in states and weeks, -1 for none. Written: counted, unknown (n);
    over (n): whether some month is beyond 168 hours; states (shown x window): 0 not counted, 1 counted, 2 unknown,
    3 not yet observed; weeks (shown x window): sum of hours x days, or days that satisfy the rule.
    """
    window = border.shape[1] - 1
    total = np.zeros(window, np.int64)
    hidden = np.zeros(window, np.int64)
    watched = np.zeros(window, np.int64)
    dense = way != 0
    span = 0
    for row in range(border.shape[0]):
        span = max(span, border[row, window] - border[row, 0])
    rise = np.zeros(span + 1 if dense else 1, np.int64)
    for person in range(a, b):
        row = code[person]
        seen = observed[row]
        begin = border[row, 0]
        until = border[row, seen]
        for month in range(window):
            total[month] = 0
            hidden[month] = 0
            watched[month] = 0
        touched = False
        watch_low, watch_high = 0, 1
        if covered:
            watch_low, watch_high = watch_first[person], watch_first[person + 1]
            for period in range(watch_low, watch_high):
                left = max(watch_start[period], begin)
                right = min(watch_end[period], until)
                if left >= right:
                    continue
                month = (left - begin) // 31
                while border[row, month + 1] <= left:
                    month += 1
                while left < right:
                    step = min(right, border[row, month + 1])
                    watched[month] += step - left
                    left = step
                    month += 1
        for spell in range(first[person], first[person + 1]):
            if kind[spell] != wanted:
                continue
            low, high = max(start[spell], begin), min(end[spell], until)
            if low >= high:
                continue
            level_of_spell = hours[spell]
            for period in range(watch_low, watch_high):
                left, right = low, high
                if covered:
                    left, right = max(left, watch_start[period]), min(right, watch_end[period])
                    if left >= right:
                        continue
                if way == 2:
                    touched = True
                    rise[left - begin] += 1
                    rise[right - begin] -= 1
                    continue
                if way == 1 and level_of_spell >= 0:
                    touched = True
                    rise[left - begin] += level_of_spell
                    rise[right - begin] -= level_of_spell
                    continue
                month = (left - begin) // 31
                while border[row, month + 1] <= left:
                    month += 1
                while left < right:
                    step = min(right, border[row, month + 1])
                    if level_of_spell < 0:
                        hidden[month] += step - left
                    else:
                        total[month] += np.int64(level_of_spell) * (step - left)
                    left = step
                    month += 1
        if touched:
            running = np.int64(0)
            for month in range(seen):
                for day in range(border[row, month] - begin, border[row, month + 1] - begin):
                    running += rise[day]
                    rise[day] = 0
                    if (way == 2 and running > 0) or (way == 1 and running >= level):
                        total[month] += 1
            rise[until - begin] = 0
        shown = place[person]
        yes = 0
        dark = 0
        heavy = False
        for month in range(window):
            length = np.int64(border[row, month + 1] - border[row, month])
            if month >= seen:
                state = 3
            elif (way == 2 and total[month] >= need) or (way != 2 and total[month] * per >= need * length):
                state = 1
                yes += 1
            elif (covered and watched[month] < length) or hidden[month] > 0:
                state = 2
                dark += 1
            else:
                state = 0
            if way == 0 and total[month] > 1680000 * length:
                heavy = True
            if shown >= 0:
                states[shown, month] = state
                weeks[shown, month] = total[month]
        counted[person] = yes
        unknown[person] = dark
        over[person] = heavy
