"""A backup comes back into an empty cluster, every table the same; what is not a whole backup is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from makegood_portal.config import databases, keys
from makegood_portal.config.backup import backup, restore
from makegood_portal.config.home import home
from makegood_portal.config.postgres import Unavailable
from portal.builders import a_world


def makegood(*words: str, at: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MAKEGOOD_HOME": str(at), "DJANGO_SETTINGS_MODULE": "makegood_portal.config.settings"}
    return subprocess.run([sys.executable, "-m", "makegood", *words], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.django_db(transaction=True)
def test_a_backup_comes_back_into_an_empty_cluster(tmp_path: Path) -> None:
    a_world()
    here, file, elsewhere = keys.ensure(home()), tmp_path / "saved.backup", tmp_path / "elsewhere"
    saved = backup(databases.owner(here), here, to=file)
    assert saved["ledger_identity"][0] == 2
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"Van Ours" not in file.read_bytes()

    elsewhere.mkdir()
    refused = makegood("db", "restore", str(file), at=elsewhere)
    assert refused.returncode == 2
    assert "other keys" in refused.stderr
    (elsewhere / keys.FILE).write_text(json.dumps(here), encoding="utf-8")
    done = makegood("db", "restore", str(file), at=elsewhere)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{sum(rows for rows, _ in saved.values())} rows" in done.stdout
    assert makegood("db", "verify-audit", at=elsewhere).returncode == 0
    again = makegood("db", "restore", str(file), at=elsewhere)
    assert again.returncode == 2
    assert "not empty" in again.stderr


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("harm", ["cut", "changed", "other"])
def test_a_damaged_backup_is_refused(tmp_path: Path, harm: str) -> None:
    here, file = keys.ensure(home()), tmp_path / "saved.backup"
    backup(databases.owner(here), here, to=file)
    whole = file.read_bytes()
    file.write_bytes({"cut": whole[:-40], "changed": whole[:-100] + b"x" + whole[-99:], "other": b"PK" + whole}[harm])
    with pytest.raises(Unavailable, match="not a backup" if harm == "other" else "not empty|damaged"):
        restore(databases.owner(here), here, source=file)
