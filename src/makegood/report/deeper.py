"""What `explain` shows below a result: the measurement that was settled, opened, or the signature of a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from makegood.report.branch import Branch
from makegood.report.explain_steps import Deeper
from makegood.report.measured_changes import Measurements
from makegood.report.measured_folder import MONTHS, MeasuredFolder, open_measured
from makegood.report.records_in_words import below_result
from makegood.report.settlement_json import load
from makegood.values.problem import Refused


def deeper_of(settlement: Path, *, measured: Path | None, person: str | None, every: bool) -> Deeper:
    """For a settlement's folder; `measured` is where the measurement lies now, if not where it lay when it was settled.

    Raises Refused when `measured` is another measurement than the one that was settled.
    """
    explanation = load(settlement, "explanation.json")
    folder = measured_of(settlement, explanation, measured)

    def deeper(part: str, record: Mapping[str, str]) -> Sequence[Branch]:
        found = list(_signature(explanation["provenance"])) if part == "effect" else []
        if folder is not None and "metric" in record:
            below = list(below_result(folder, record, person=person, every=every))
            if part == "effect" and below:
                return [*found, Branch("what was measured of the participants themselves, all of them, matched or not", "", tuple(below))]
            return [*found, *below]
        if part == "results" and "measured" in explanation["provenance"]:
            found.append(Branch(_elsewhere(explanation)))
        return found

    return deeper


def measured_of(settlement: Path, explanation: Mapping[str, Any], measured: Path | None) -> MeasuredFolder | None:
    """The measurement that was settled; None where there was none, or where it is no longer there and not named."""
    sha256 = explanation["provenance"].get("measured")
    if sha256 is None:
        return None
    if measured is not None:
        return open_measured(measured, sha256=sha256)
    if "measured" not in explanation:
        return None
    try:
        return open_measured(_simple(settlement / explanation["measured"]), sha256=sha256)
    except Refused:
        return None


def measurements_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> Measurements | None:
    """The measurements behind two settlements, where both are known and kept months of persons.

    Each side holds `folder`, `explanation`, and `measured` where the user names another place.
    """
    folders = [measured_of(side["folder"], side["explanation"], side.get("measured")) for side in (before, after)]
    if folders[0] is None or folders[1] is None or not all(folder is not None and folder.has(MONTHS) for folder in folders):
        return None
    return Measurements(folders[0], folders[1])


def _simple(path: Path) -> Path:
    """The path without steps there and back; as it stands where a link is on the way."""
    import os.path  # noqa: PLC0415

    short = Path(os.path.normpath(path))
    return short if short.exists() else path


def _elsewhere(explanation: Mapping[str, Any]) -> str:
    sha256 = explanation["provenance"]["measured"][:12]
    lay = f" '{explanation['measured']}'" if "measured" in explanation else ""
    return f"its months and records stand in the measurement{lay} (SHA-256 {sha256}…), which is not here: name it with --measured"


def _signature(provenance: Mapping[str, str]) -> Sequence[Branch]:
    """Who signed a comparison, under which protocol, as far as it is told."""
    if "effect" not in provenance:
        return ()
    words = f"signed by {provenance.get('effect_signed_by', 'nobody')}, {provenance.get('effect_made', 'not said how it was made')}"
    below = []
    if "effect_protocol" in provenance:
        locked = provenance.get("effect_protocol_locked", "")
        below.append(Branch(f"made under the protocol {provenance['effect_protocol'][:12]}…" + (f", locked {locked}" if locked else "")))
    return (Branch(f"{words} (SHA-256 {provenance['effect'][:12]}…)", "", tuple(below)),)
