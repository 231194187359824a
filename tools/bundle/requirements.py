"""The pinned requirements of `makegood compare` for one target, read from the lock file."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packaging.markers import Marker, default_environment

ROOT = Path(__file__).parents[2]
GROUP = "compare"
SYSTEMS = {"win": ("win32", "Windows", "nt"), "macosx": ("darwin", "Darwin", "posix")}
"""First word of a wheel's platform -> sys_platform, platform_system, os_name; anything else is Linux."""


@dataclass(frozen=True)
class Target:
    """Where it will be installed. `python`: `3.12`; `platform`: a wheel's platform such as `win_amd64`, empty for this machine's."""

    python: str
    platform: str = ""

    def environment(self) -> dict[str, str]:
        """What markers such as `sys_platform == 'win32'` are judged by."""
        known = {name: str(value) for name, value in default_environment().items()}
        known |= {"python_version": self.python, "python_full_version": f"{self.python}.0", "implementation_version": f"{self.python}.0"}
        if self.platform:
            system = SYSTEMS.get(re.split(r"[_\d]", self.platform)[0], ("linux", "Linux", "posix"))
            known |= dict(zip(("sys_platform", "platform_system", "os_name"), system, strict=True))
            known["platform_machine"] = re.sub(r"^.*?_(\d+_\d+_)?(?=x86_64|amd64|arm64|aarch64)", "", self.platform)
        return known


@dataclass(frozen=True)
class Pinned:
    """One package: its name, its version, and the hashes of every file that may be it."""

    name: str
    version: str
    hashes: tuple[str, ...]

    def line(self) -> str:
        """As a requirements file writes it."""
        return " \\\n    ".join([f"{self.name}=={self.version}", *(f"--hash=sha256:{sha256}" for sha256 in self.hashes)])


def locked(target: Target) -> list[Pinned]:
    """The packages of the group for a target, in the order of the alphabet."""
    return chosen(exported(), environment=target.environment())


@cache
def exported() -> str:
    """What the lock file holds for the group, as a requirements file with markers and hashes."""
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    words = [uv, "export", "--frozen", "--only-group", GROUP, "--no-emit-project", "--no-header", "--no-annotate", "--quiet"]
    return subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def chosen(text: str, *, environment: dict[str, str]) -> list[Pinned]:
    """The requirements whose marker holds. Raises ValueError where one is not pinned with hashes."""
    found = []
    for entry in text.replace("\\\n", " ").splitlines():
        words = entry.split()
        if not words:
            continue
        head, _, marker = entry.partition(" --hash")[0].partition(";")
        name, pinned, version = head.strip().partition("==")
        hashes = tuple(word.removeprefix("--hash=sha256:") for word in words if word.startswith("--hash=sha256:"))
        if not pinned or not hashes:
            raise ValueError(f"{entry.strip()} is not pinned with its hashes")
        if not marker.strip() or Marker(marker.strip()).evaluate(environment):
            found.append(Pinned(name, version, hashes))
    return found
