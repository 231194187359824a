"""`python -m tools.pictures`: take every picture of docs/pictures anew."""

from __future__ import annotations

from tools.pictures import take

for picture in take():
    print(picture)
