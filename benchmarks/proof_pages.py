"""Every page for every role that may open it, in both languages, on a phone and on a desk, in a real browser.

The same tests as in `make test`, whole: axe-core against WCAG 2.2 AA, the keyboard, thumb-sized controls, 400% zoom,
no scripts. The pictures lie in `screenshots/` for a person to look at: a rule finds no ugly page.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[1]


def rows() -> Iterator[tuple[str, str]]:
    """What was looked at, how often, and what was found."""
    (ROOT / "screenshots").mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        report = Path(folder) / "pages.xml"
        words = [sys.executable, "-m", "pytest", "-q", "tests/browser", "-n", "2", "--dist", "load", f"--junit-xml={report}"]
        subprocess.run(words, cwd=ROOT, env={**os.environ, "MAKEGOOD_PROOF": "1"}, check=False, stdout=subprocess.DEVNULL)
        cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 (we wrote it a moment ago)
    by_file: dict[str, list[ET.Element]] = {}
    for case in cases:
        by_file.setdefault(case.get("classname", "").rpartition(".")[2], []).append(case)
    broken: list[str] = []
    for name, found in sorted(by_file.items()):
        failed = [case.get("name", "") for case in found if case.find("failure") is not None or case.find("error") is not None]
        skipped = sum(case.find("skipped") is not None for case in found)
        said = f"{len(found) - len(failed) - skipped} of {len(found)} in order" + (f", {skipped} not tried here" if skipped else "")
        yield name.removeprefix("test_").replace("_", " "), said + (f"; not: {', '.join(failed)}" if failed else "")
        broken += failed
    pictures = len(list((ROOT / "screenshots").glob("*.png")))
    yield "pictures to look at", f"{pictures} in screenshots/"
    if broken:
        raise AssertionError(f"{len(broken)} are not in order")
