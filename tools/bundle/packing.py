"""Fetching the pinned wheels, building Makegood's own, and packing all of it with checksums."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from makegood import __version__
from tools.bundle.requirements import ROOT, Pinned, Target, locked

MOMENT = (2020, 1, 1, 0, 0, 0)
"""The time that every entry of the archive carries, so that equal content has equal bytes."""


def bundle(target: Target, *, out: Path) -> Path:
    """Write the folder and the archive beside it; returns the archive. Raises CalledProcessError where a wheel is not to be had."""
    name = f"makegood-compare-{__version__}-py{target.python.replace('.', '')}-{target.platform or this_platform()}"
    folder = out / name
    shutil.rmtree(folder, ignore_errors=True)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    packages = locked(target)
    fetch(packages, target=target, into=wheels)
    own = build(into=wheels)
    listed = [*packages, Pinned("makegood", __version__, (sha256_of(own),))]
    (folder / "requirements.txt").write_text("\n".join(package.line() for package in listed) + "\n", "utf-8")
    text = (Path(__file__).parent / "install.txt").read_text("utf-8")
    told = text.replace("{version}", __version__).replace("{python}", target.python)
    (folder / "INSTALL.txt").write_text(told.replace("{platform}", target.platform or this_platform()), "utf-8")
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = [f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}" for path in files]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n", "utf-8")
    return pack(folder)


def this_platform() -> str:
    """What this machine is called in the archive's name."""
    import sysconfig  # noqa: PLC0415

    return sysconfig.get_platform().replace("-", "_").replace(".", "_")


def fetch(packages: Sequence[Pinned], *, target: Target, into: Path) -> None:
    """The wheel of each package for the target, checked against the hashes of the lock file."""
    pins = into.parent / "fetch.txt"
    pins.write_text("\n".join(package.line() for package in packages) + "\n", "utf-8")
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    words += ["--only-binary=:all:", "--requirement", str(pins), "--dest", str(into)]
    if target.platform:
        words += ["--platform", target.platform, "--implementation", "cp"]
    if target.platform or target.python != f"{sys.version_info.major}.{sys.version_info.minor}":
        words += ["--python-version", target.python]
    subprocess.run(words, check=True)
    pins.unlink()
    found = {path.name.split("-")[0].lower().replace("_", "-") for path in into.glob("*.whl")}
    missing = sorted({package.name for package in packages} - found)
    if missing:
        raise FileNotFoundError(f"no wheel came for {', '.join(missing)}")


def build(*, into: Path) -> Path:
    """Makegood's own wheel."""
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "build", "--wheel", "--quiet", "--out-dir", str(into), str(ROOT)], check=True)
    (into / ".gitignore").unlink(missing_ok=True)
    (wheel,) = into.glob("makegood-*.whl")
    return wheel


def pack(folder: Path) -> Path:
    """The folder as one archive, the same content the same bytes."""
    archive = Path(f"{folder}.zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", MOMENT)
                entry.external_attr = 0o644 << 16
                packed.writestr(entry, path.read_bytes())
    return archive


def sha256_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
