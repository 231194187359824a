"""What a reader must know of the protocol before anything else: when it was fixed, by whom, and what was changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from makegood.report.comparison_voice import Voice


def on_lock(protocol: Mapping[str, Any] | None, voice: Voice) -> Iterator[str]:
    """Sentences on the lock as a result tells of it (`comparison.result_content`), None for a draft."""
    if protocol is None:
        yield voice.say("draft")
        return
    parties = voice.language.listed([name.replace("_", " ") for name in protocol["locked_by"]]) or voice.say("nobody")
    if protocol["locked_on"] is None:
        yield voice.say("locked_undated", parties=parties)
    else:
        yield voice.say("locked", day=voice.language.day(date.fromisoformat(protocol["locked_on"])), parties=parties)
    if not protocol["countersigned"]:
        yield voice.say("not_countersigned")
    if not protocol["amendments"]:
        yield voice.say("amended_none")
    for amendment in protocol["amendments"]:
        on = amendment["on"]
        day = voice.say("an_unknown_day") if on is None else voice.language.day(date.fromisoformat(on))
        yield voice.say("amended", day=day, reason=_sentence(amendment["reason"]), expected=_sentence(amendment["expected_effect"]))


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."
