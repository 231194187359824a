"""`python -m tools.bundle [--python 3.12] [--platform win_amd64] [--out dist]`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tools.bundle.packing import bundle, sha256_of
from tools.bundle.requirements import Target


def main() -> int:
    """Build the bundle and say where it lies."""
    parser = argparse.ArgumentParser(prog="make bundle", description="All that a closed environment needs to run `makegood compare`.")
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    parser.add_argument("--python", default=here, metavar="X.Y", help=f"version of Python there (this one: {here})")
    parser.add_argument("--platform", default="", metavar="TAG", help="platform there, as wheels name it: win_amd64, manylinux_2_28_x86_64")
    parser.add_argument("--out", type=Path, default=Path("dist"), metavar="DIR", help="where the folder and the archive are written")
    args = parser.parse_args()
    try:
        archive = bundle(Target(args.python, args.platform), out=args.out)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        print(f"make bundle: {error}", file=sys.stderr)
        return 1
    print(f"{archive}\n  {archive.stat().st_size / 1e6:.0f} MB, SHA-256 {sha256_of(archive)}")
    print(f"  the same as a folder: {archive.with_suffix('')}; begin with INSTALL.txt in it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
