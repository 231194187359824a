"""Names that nobody bears: syllables for the given name, and a family name that says that it is made up."""

from __future__ import annotations

from makegood.world.chance import stream

_FIRST = (
    "Al",
    "Bor",
    "Cin",
    "Dov",
    "El",
    "Fam",
    "Gis",
    "Hil",
    "Iv",
    "Jor",
    "Kal",
    "Lum",
    "Mor",
    "Nel",
    "Ov",
    "Pel",
    "Rin",
    "Sol",
    "Tam",
    "Vel",
)
_LAST = {"male": ("do", "rik", "mus", "bert", "no"), "female": ("da", "rika", "mia", "berta", "na")}
_FAMILY = ("Verzonnen", "Proefmans", "Voorbeeld", "Bedachter", "Schijnstra", "Fictema", "Denkbeeld", "Oefenaar")


def name(seed: int, who: int, *, sex: str) -> tuple[str, str]:
    """Given and family name of person number `who`."""
    rng = stream(seed, f"name/{who}")
    return rng.choice(_FIRST) + rng.choice(_LAST.get(sex, _LAST["male"])), rng.choice(_FAMILY)
