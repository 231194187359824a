"""`makegood measure PROGRAMME`: dated records to person-months to results."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

DETAILS_UP_TO = 100_000
"""Without --details, months are written one by one for the programme's arm up to so many persons."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument("programme", metavar="PROGRAMME", help="a programme file, or the name of one that ships")
    parser.add_argument("--people", type=Path, metavar="FILE", required=True, help="who is observed from when (CSV or Parquet)")
    parser.add_argument("--spells", type=Path, metavar="FILE", help="dated periods of work, benefit, detention, housing, education")
    parser.add_argument("--observations", type=Path, metavar="FILE", help="events, scores and counts on a date")
    parser.add_argument("--coverage", type=Path, metavar="FILE", help="when a source was watching; without it everybody was, always")
    parser.add_argument("--as-of", type=_day, metavar="DATE", required=True, help="months that end later are not yet observed")
    parser.add_argument("--out", type=Path, metavar="DIR", required=True, help="where results.csv and the rest are written")
    parser.add_argument("--engine", choices=("columns", "duckdb", "spark", "referee"), default="columns", help="who counts; all agree")
    parser.add_argument(
        "--details",
        choices=("none", "programme", "all"),
        help=f"whose months are written one by one, for explain (default: programme, up to {DETAILS_UP_TO:,} persons)",
    )
    parser.add_argument("--by", metavar="COLUMNS", default="", help="split cohorts by class, payer, phase (comma between)")
    parser.add_argument(
        "--quality-rows", type=int, metavar="N", default=10_000, help="list at most N rows of each oddity; all are counted (0: list all)"
    )


def _day(word: str) -> date:
    from makegood.values.parsing import day

    try:
        return day(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run(args: argparse.Namespace) -> int:
    """Measure and write the folder; print what was found."""
    if args.alone and args.engine == "columns":
        _spare_pandas()
    from makegood.cases.records import read_records
    from makegood.cli.output import write_folder
    from makegood.measurement.detail_files import detail_files
    from makegood.measurement.measuring import Details, measure
    from makegood.measurement.result_files import MetricWords, notes_of, result_files
    from makegood.programme.checking import check_terms
    from makegood.programme.reading import read_agreement
    from makegood.values.problem import Problem, Refused, Where

    by = tuple(word.strip() for word in args.by.split(",") if word.strip())
    if set(by) - {"class", "payer", "phase"} or len(set(by)) < len(by):
        raise Refused(
            [Problem(Where("--by"), "unknown_column", f"'{args.by}' cannot split a cohort", "", "name class, payer, phase, each once")]
        )
    agreement = read_agreement(args.programme, check=check_terms)
    terms = agreement.on(args.as_of)
    metrics = terms.programme.outcome_metrics
    measured = {name: metric.measured for name, metric in metrics.items() if metric.measured is not None}
    _say(args, "reading records")
    records, quality = read_records(args.people, spells=args.spells, observations=args.observations, coverage=args.coverage)
    details: Details = args.details or ("programme" if (records.people.arm == 0).sum() <= DETAILS_UP_TO else "none")
    _say(args, f"measuring {len(records.people):,} persons")
    measurement = measure(
        measured,
        records=records,
        window_months=terms.programme.calendar.observation_months,
        as_of=args.as_of,
        engine=args.engine,
        by=by,
        details=details,
        programme_file=terms.text.file,
    )
    quality += measurement.quality
    words = {
        name: MetricWords(metric.unit, metric.effect.counterfactual[0].kind if metric.effect else None) for name, metric in metrics.items()
    }
    told = {"name": terms.programme.programme, "sha256": terms.sha256}
    rows = None if args.quality_rows == 0 else args.quality_rows
    _say(args, "writing")
    files = result_files(measurement, records, quality, words=words, programme=told, quality_rows=rows)
    write_folder(args.out, files | detail_files(measurement, records))
    _say(args, "")
    if not args.quiet:
        from makegood.measurement.summary import as_text

        print(as_text(measurement, quality, words=words, notes=notes_of(measurement, records), out=str(args.out)), end="")
    return 0


class _NoPandas:
    """A finder that finds no pandas."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Raises ModuleNotFoundError for pandas, leaves every other module to the next finder."""
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def _spare_pandas() -> None:
    """pyarrow imports pandas at its first conversion, in case it meets a data frame. A process of our own meets none."""
    sys.meta_path.insert(0, _NoPandas())
    try:
        import pyarrow as pa

        pa.scalar(0)
    finally:
        sys.meta_path.pop(0)


def _say(args: argparse.Namespace, what: str) -> None:
    """Progress on a terminal, none in a pipe."""
    if not args.quiet and sys.stderr.isatty():
        print(f"\r\033[K{what}{' …' if what else ''}", end="", file=sys.stderr, flush=True)
