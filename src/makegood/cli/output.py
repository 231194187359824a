"""Writing a folder of results whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from makegood.values.problem import Problem, Refused, Where


def write_folder(out: Path, files: Mapping[str, bytes | str]) -> None:
    """Write `files` (relative name -> content) into `out`: either all of them or none.

    The files are written beside `out` first and moved in last, so a full disk or an interruption leaves no half
    result. Files of the same name in `out` are replaced, others stay. Raises Refused where the folder cannot be
    written.
    """
    if out.exists() and not out.is_dir():
        raise Refused(
            [Problem(Where(str(out)), "not_a_folder", "this is a file", "Results are a folder", "name a folder, or remove the file")]
        )
    staged: Path | None = None
    moved: list[tuple[Path, Path | None]] = []
    created = not out.exists()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        for name, content in files.items():
            target = staged / "new" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            data = content.encode("utf-8") if isinstance(content, str) else content
            with target.open("wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
        out.mkdir(exist_ok=True)
        for number, name in enumerate(files):
            target = out / name
            target.parent.mkdir(parents=True, exist_ok=True)
            old = None
            if target.exists():
                old = staged / f"old-{number}"
                target.replace(old)
            moved.append((target, old))
            (staged / "new" / name).replace(target)
    except OSError as error:
        for target, old in reversed(moved):
            target.unlink(missing_ok=True)
            if old is not None:
                old.replace(target)
        if created and out.is_dir() and not any(out.iterdir()):
            out.rmdir()
        raise Refused(
            [
                Problem(
                    Where(str(out)),
                    "cannot_write",
                    error.strerror or str(error),
                    "Nothing was left behind",
                    "name a folder that can be written, with enough free space",
                )
            ]
        ) from None
    finally:
        if staged is not None:
            shutil.rmtree(staged, ignore_errors=True)


def write_file(out: Path, content: bytes | str) -> None:
    """Write one file whole or not at all; its folder is made. Raises Refused where it cannot be written."""
    if out.is_dir():
        what = "this is a folder"
        raise Refused([Problem(Where(str(out)), "not_a_file", what, "The result is one file", "name the file to write")])
    write_folder(out.parent, {out.name: content})
