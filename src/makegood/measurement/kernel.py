"""The loop of the default engine over columns; docs/explanation/how-measurement-works.md says the rule that it carries out."""

from __future__ import annotations

from typing import Any

TURNS = 48
"""Up to half as many stretches of one person are kept in order one by one; more are added up day by day."""


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
    window: int,
    code: Any,
    border: Any,
    length: Any,
    least: Any,
    most: Any,
    observed: Any,
    covered: bool,
    watch_first: Any,
    watch_start: Any,
    watch_end: Any,
    place: Any,
    counted: Any,
    unknown: Any,
    over: Any,
    states: Any,
    weeks: Any,
    total: Any,
    pace: Any,
    hidden: Any,
    watched: Any,
    rise: Any,
    turn_day: Any,
    turn_by: Any,
) -> None:
    """Judge the months of persons a..b under one rule.

    first (n + 1), kind, start, end, hours (m): spells by person, days, ten-thousandths of hours, -1 unknown.
    code (n): the person's row of months; border (u x (window + 1)), length, least, most (u x window), row by row: where
    months begin and end, their days, and the weights from which one counts and above which it is odd; observed (u): how
    many have ended. watch_*: disjoint watched periods by person, used where `covered`. place (n): the person's row in
    states and weeks, -1 for none. Written: counted, unknown (n); over (n): whether some month's weight is odd; states
    (shown x window, zeros before): 0 not counted, 1 counted, 2 unknown, 3 not yet observed; weeks (shown x window, zeros
    before): the month's weight, which is the sum of hours x days, or the days that satisfy the rule.
    Scratch, all zeros before and after: total, pace (by how much the hours a week rise in the months that are worked whole),
    hidden, watched (window), rise (days of the window + 1); and turn_day, turn_by (TURNS).
    """
    for person in range(a, b):
        row = code[person]
        at, at_border = row * window, row * (window + 1)
        seen = observed[row]
        begin, until = border[at_border], border[at_border + seen]
        low_month, beyond_month = window, 0  # the months that spells touch
        turns, many, dark = 0, False, False
        watch_low, watch_high = 0, 1
        if covered:
            watch_low, watch_high = watch_first[person], watch_first[person + 1]
            for period in range(watch_low, watch_high):
                left, right = max(watch_start[period], begin), min(watch_end[period], until)
                if left >= right:
                    continue
                month = (left - begin) // 31
                while border[at_border + month + 1] <= left:
                    month += 1
                while left < right:
                    step = min(right, border[at_border + month + 1])
                    watched[month] += step - left
                    left = step
                    month += 1
        for spell in range(first[person], first[person + 1]):
            low, high = max(start[spell], begin), min(end[spell], until)
            if (kind[spell] != wanted) | (low >= high):
                continue
            rate = hours[spell]
            near, far = watch_low, watch_high
            while far - near > 8:  # of many watched periods, those before the spell are passed over by halves
                half = (near + far) // 2
                if watch_end[half] <= low:
                    near = half
                else:
                    far = half
            for period in range(near, watch_high):
                left, right = low, high
                if covered:
                    if watch_start[period] >= high:
                        break
                    left, right = max(left, watch_start[period]), min(right, watch_end[period])
                    if left >= right:
                        continue
                if way == 2 or (way == 1 and rate >= 0):
                    # The rule looks at days: keep where the level turns, in order; add it up further down.
                    change = 1 if way == 2 else rate
                    if turns + 2 > 48:
                        many = True
                        for turn in range(turns):
                            rise[turn_day[turn] - begin] += turn_by[turn]
                        turns = 0
                    for day, by in ((left, change), (right, -change)):
                        turn = turns
                        while turn > 0 and turn_day[turn - 1] > day:
                            turn_day[turn], turn_by[turn] = turn_day[turn - 1], turn_by[turn - 1]
                            turn -= 1
                        turn_day[turn], turn_by[turn] = day, by
                        turns += 1
                    continue
                month, last = (left - begin) // 31, (right - 1 - begin) // 31
                while border[at_border + month + 1] <= left:
                    month += 1
                while border[at_border + last + 1] < right:
                    last += 1
                low_month, beyond_month = min(low_month, month), max(beyond_month, last + 1)
                if rate < 0:
                    dark = True
                    for each in range(month, last + 1):
                        hidden[each] = 1
                else:
                    further = rate * (last > month)
                    total[month] += rate * (min(right, border[at_border + month + 1]) - left)
                    pace[month + 1] += further
                    pace[last] -= further
                    total[last] += further * (right - border[at_border + last])
        if many:
            for turn in range(turns):
                rise[turn_day[turn] - begin] += turn_by[turn]
            turns = 0
            low_month, beyond_month = 0, seen
            running = 0
            for month in range(seen):
                for day in range(border[at_border + month] - begin, border[at_border + month + 1] - begin):
                    running += rise[day]
                    rise[day] = 0
                    if (way == 2 and running > 0) or (way == 1 and running >= level):
                        total[month] += 1
            rise[until - begin] = 0
        running = 0
        for turn in range(turns - 1):
            running += turn_by[turn]
            left, right = turn_day[turn], turn_day[turn + 1]
            if left < right and ((way == 2 and running > 0) or (way == 1 and running >= level)):
                month = (left - begin) // 31
                while border[at_border + month + 1] <= left:
                    month += 1
                low_month = min(low_month, month)
                while left < right:
                    step = min(right, border[at_border + month + 1])
                    total[month] += step - left
                    left = step
                    month += 1
                beyond_month = max(beyond_month, month)
        shown = place[person]
        yes = 0
        no_light = 0
        heavy = 0
        whole = 0
        if covered or dark or shown >= 0:
            for month in range(seen if covered or shown >= 0 else beyond_month):
                whole += pace[month]
                total[month] += whole * length[at + month]
                state = 0
                if total[month] >= least[at + month]:
                    state = 1
                    yes += 1
                elif (covered and watched[month] < length[at + month]) or hidden[month] > 0:
                    state = 2
                    no_light += 1
                heavy |= total[month] > most[at + month]
                if shown >= 0:
                    states[shown * window + month] = state
                    weeks[shown * window + month] = total[month]
                total[month] = 0
                pace[month] = 0
                hidden[month] = 0
                watched[month] = 0
            if shown >= 0:
                for month in range(seen, window):
                    states[shown * window + month] = 3
        else:
            for month in range(low_month, beyond_month):
                whole += pace[month]
                weight = total[month] + whole * length[at + month]
                yes += weight >= least[at + month]
                heavy |= weight > most[at + month]
                total[month] = 0
                pace[month] = 0
        counted[person] = yes
        unknown[person] = no_light
        over[person] = heavy > 0
