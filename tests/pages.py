"""Pages that can be pasted: their shell blocks, files and promised output, in the order in which they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
_FENCE = re.compile(r"^```(?P<kind>\w+)(?: (?P<name>\+?[\w./-]+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "=== end of block ==="


@dataclass
class Block:
    """Something to paste, and the lines that the page promises to appear."""

    script: str
    promised: list[str] = field(default_factory=list)


def blocks_of(page: Path) -> list[Block]:
    """Blocks fenced as `sh` are run; as `yaml NAME` or `csv NAME` written to that file, as `yaml +NAME` added to it;
    as `text` they are what the block before promises to show.
    """
    blocks: list[Block] = []
    for match in _FENCE.finditer(page.read_text(encoding="utf-8")):
        kind, name, text = match["kind"], match["name"], match["text"]
        if kind == "sh":
            blocks.append(Block(text))
        elif name:
            into = f">> {name[1:]}" if name.startswith("+") else f"> {name}"
            blocks.append(Block(f"cat {into} <<'END_OF_FILE'\n{text}END_OF_FILE\n"))
        elif kind == "text":
            blocks[-1].promised += [line for line in text.splitlines() if line.strip()]
    return blocks


def broken_promises(page: Path, folder: Path) -> Iterator[str]:
    """Paste every block of a page into one shell in `folder`; yield what did not come about."""
    blocks = blocks_of(page)
    script = "set -e\n" + "".join(f"{block.script}\necho '{MARK}'\n" for block in blocks)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S602 - the page is ours, and pasting it is the point
        script, shell=True, executable="/bin/bash", cwd=folder, env={**os.environ, "PATH": path, "COLUMNS": "120"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    shown = done.stdout.split(MARK)
    if done.returncode:
        failed = blocks[min(len(shown) - 1, len(blocks) - 1)]
        yield f"exit code {done.returncode} in:\n{failed.script}\n{shown[-1]}"
    for block, output in zip(blocks, shown, strict=False):
        lines = {line.rstrip() for line in output.splitlines()}
        for line in block.promised:
            if line.rstrip() not in lines:
                yield f"promised, and not shown:\n{line}\nafter:\n{block.script}\nwhich showed:\n{output}"
