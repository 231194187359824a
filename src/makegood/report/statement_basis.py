"""The sections on what a statement rests on: evidence, assumptions, what to note, the terms and how to check it."""

from __future__ import annotations

from collections.abc import Iterator

from makegood import __version__
from makegood.report.document import Block, Items, Line, Pairs, Paragraph, Span, line
from makegood.report.statement_answer import in_force
from makegood.report.statement_values import Statement


def evidence_section(statement: Statement) -> Iterator[Block]:
    """Reports, documents and records behind the facts."""
    if statement.evidence:
        yield Pairs(tuple((name, line(Span(words, "code" if words.startswith("SHA-256") else ""))) for name, words in statement.evidence))


def assumptions_section(statement: Statement) -> Iterator[Block]:
    """Every term that is assumed, with its place; the same reason once."""
    if not statement.assumptions:
        return
    say = statement.language.say
    yield Paragraph(line(say("assumptions_intro")))
    places: dict[tuple[str, str | None], list[str]] = {}
    for row in statement.assumptions:
        places.setdefault((row.why, row.lang), []).append(f"{row.path.replace('/', ' › ').replace('_', ' ')}, {say('line_of', n=row.line)}")
    yield Items(tuple(line(Span(why, lang=lang), Span("; ".join(found), "small")) for (why, lang), found in places.items()), ruled=True)


def notes_section(statement: Statement) -> Iterator[Block]:
    """Warnings, each with its place."""
    if statement.notes:
        english = _english(statement)
        items = [
            line(
                Span(f"{problem.what[:1].upper()}{problem.what[1:]}.", "strong", english),
                Span(f" {problem.why}." if problem.why else "", lang=english),
                Span(str(problem.where), "small", english),
            )
            for problem in statement.notes
        ]
        yield Items(tuple(items), ruled=True)


def terms_section(statement: Statement) -> Iterator[Block]:
    """Which text, which facts, which fingerprints; and what to do who disagrees."""
    language, say, settlement = statement.language, statement.language.say, statement.settlement
    programme = settlement.terms.programme
    yield Paragraph(line(say("check_words")))
    inputs = settlement.inputs
    counts = {
        "results": len(inputs["results"]) + len(inputs["effect"]),
        "claims": _claims(statement),
        "transactions": len(inputs["transactions"]),
    }
    facts = language.listed([language.count(name, number) for name, number in counts.items() if number]) or say("no_facts")
    pairs: list[tuple[str, Line | Items]] = [
        (say("terms_file"), line(Span(settlement.terms.text.file, "code"))),
        (say("in_force"), in_force(statement)),
        (say("sha"), line(Span(settlement.terms.sha256, "code"))),
        (say("facts"), line(facts)),
        (say("fingerprint"), line(Span(settlement.fingerprint, "code"))),
        (say("software"), line(f"Makegood {__version__}")),
    ]
    if programme.disputes is not None:
        disputes = programme.disputes
        words = say(
            "disputes_words",
            within=language.span(disputes.within),
            decided_by=language.title(disputes.decided_by),
            recalculation=language.title(disputes.recalculation),
        )
        pairs.append((say("disputes"), line(words)))
    if programme.documents:
        titles = [
            line(", ".join(filter(None, (language.title(row.title), row.publisher, language.loose_day(row.published_on or "")))))
            for row in programme.documents.values()
        ]
        pairs.append((say("documents"), Items(tuple(titles))))
    yield Pairs(tuple(pairs))


def _claims(statement: Statement) -> int:
    """How many claims were read; of a crowd the inputs hold one line for all."""
    rows = statement.settlement.inputs["claims"]
    whole = next((row["claim"] for row in rows if "file_sha256" in row), "")
    return int(whole.split(" ")[1]) if whole else len(rows)


def _english(statement: Statement) -> str | None:
    return None if statement.language.code == "en" else "en"
