"""Where the portal keeps its data on this machine: `MAKEGOOD_HOME`, else `./demo/portal`."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


def home() -> Path:
    """The data folder, absolute; it need not exist yet."""
    return Path(os.environ.get("MAKEGOOD_HOME") or "demo/portal").absolute()


def socket_folder(of: Path) -> Path:
    """A short path for the database's socket, the same for the same data folder (a socket path holds 107 bytes at most)."""
    name = f"mg-{os.getuid()}-{hashlib.sha256(str(of).encode()).hexdigest()[:10]}"
    return Path(tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp") / name  # noqa: S108 - made with mode 700
