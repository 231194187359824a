"""`python -m makegood.cli.prepare`: compile the loops for large inputs beforehand, so that no first run waits for it."""

from __future__ import annotations


def main() -> None:
    """Compile what measuring and comparing need."""
    from makegood.comparison.prepare import prepare as for_comparing
    from makegood.measurement.prepare import prepare as for_measuring

    for_measuring()
    for_comparing()


if __name__ == "__main__":
    main()
