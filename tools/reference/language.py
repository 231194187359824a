"""docs/reference/programme.md: every word of the programme file, chapter by chapter."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from makegood.programme.figure import COMBINATIONS, SOURCES, TABLES, Figure
from makegood.programme.moments import MOMENTS
from makegood.programme.term import Term
from tools.reference.samples import SAMPLES
from tools.reference.shape import hints, kind_of_value, models, own_fields, stands_at
from tools.reference.words import said_of, words_under_fields

INTRODUCTION = """
# The programme file, word by word

A programme file is one YAML file that says what was agreed. This page is made from the engine itself: what stands
here is what is read. The same in a form for editors and other programs: [programme.schema.json](programme.schema.json).

**How it is read.** Every value is text first and gets its meaning from the term in which it stands, so `no` is a word
until a term asks for yes or no, and `0.18` never becomes a binary fraction. A word that is not on this page is an
error, with the nearest word that is. Anchors, aliases, tags and a second document in one file are errors too: a term
is read where it stands. Comments and layout do not count; the SHA-256 of an agreement is that of its content.

**How a value is written**

| kind | written as |
|---|---|
| number | digits with a point: `882`, `0.18`, `61 000`, or a share: `18%` (the same as `0.18`). No comma, no exponent, at most 30 characters |
| amount | a [figure](#figure); the currency may stand before it: `EUR 61 000` |
| whole number | `24` |
| date | `2016-05-01`. *From* and *on* are the first day that counts; *until* is the first day that does not |
| yes or no | `yes` or `no` |
| code | lower-case letters and digits joined by `_` or `-`, at most 80 characters: `first_job` |
| text | words for people |
| words | text, or one for each language: `{en: First job, nl: Eerste baan}` |
| duration | `90 days`, `13 weeks`, `6 months`, `1 year` |
| moment | a date, or the name of one of the [moments](#moments) |
| named X | names of your choice (codes), each with an X behind it |
| list of X | `[a, b]`, or a line for each with `- ` |

**How a settlement reads the file**, always in this order:

1. *Which facts.* Results and claims that are known on the day of settlement, and in order: validated, proved, not withdrawn, not
   replaced. Each is read under the terms in force on its day ([Amendment](#amendment)).
2. *What a line pays.* For each claim, or each cohort, class, payer, phase, component, period or person that `for_each` names, or once
   in all: `counts` ÷ `per` × `price`, rounded as agreed; 0 while a condition of `when` does not hold; less what `net_of` earned.
3. *What limits it.* Limits from top to bottom, each taking from what the one before it left.
4. *Who pays.* The shares of the payers, so that the cents add up. The first limit that speaks of payers finds payments already split.
5. *What is owed now.* Less what earlier settlements paid, as `true_up` says.
6. *Who is repaid.* Everything that was ever paid runs through the steps of `investor_repayment`, day by day.

A figure that rests on something unknown is unknown, and pays nothing until it is known; nothing is ever guessed.
""".strip()

CHAPTERS: list[tuple[str, str, list[str]]] = [
    ("The whole", "The parts of the file, in the order in which they are usually written.", ["Programme"]),
    (
        "Who, when, what for",
        "The parties and the dates, and what terms refer to.",
        ["Party", "Calendar", "Document", "Cohort", "Service", "Rounding"],
    ),
    (
        "How people come to take part",
        "From a list of candidates to a start: who may take part, the steps, who acts, why somebody leaves, who must permit. "
        "No payment rests on this part; software that registers candidates does, so that another programme needs no code.",
        ["Delivery", "RecruitsFrom", "Site", "Duty", "Channel", "EndDate", "EndDateCorrection", "ContactRules", "ContactRoute"],
    ),
    (
        "Who may take part",
        "A criterion is a question about a candidate. It is answered yes, no or unknown, and unknown is not no.",
        ["Item", "ItemChoice", "SupportNeed", "MeasuredElsewhere", "CriteriaList", "Criterion", "Need"],
    ),
    (
        "From list to start",
        "Steps, the reasons with which somebody leaves, forms and permissions.",
        ["Step", "ReasonList", "Reason", "Instrument", "Permission"],
    ),
    (
        "What is recorded in codes",
        "Contacts, help beside the programme, decisions otherwise than the advice, contracts that are taken back, coordination with "
        "the municipality, usual care. A code retires and never vanishes.",
        [
            "ContactKind",
            "OtherHelp",
            "OverrideReason",
            "ContractWithdrawal",
            "Coordination",
            "CoordinationStatus",
            "UsualCare",
            "UsualCareKind",
            "RecordedCode",
        ],
    ),
    ("What is offered, and to how many", "", ["Track", "TrackPhase", "IntakePlan", "PlannedIntake", "EarlyWarning"]),
    (
        "What is measured",
        "A metric says what an outcome is. How records become its value stands under `measured`; what is compared with what, under `effect`.",
        ["OutcomeMetric", "Measured", "MonthRule", "Effect", "Counterfactual", "Fallback"],
    ),
    (
        "How one number follows from others",
        "There are no formulas in the file. A figure is built from a closed list of verbs, each a clause that can be named and sourced.",
        ["Figure", "Row", "Choice", "Condition", "Selector", "Growth", "Elapsed", "Return", "Round"],
    ),
    (
        "What an outcome pays",
        "A line of the price list says what it counts, what one unit costs, under which conditions, and in which order claims are taken.",
        ["OutcomePricing", "Sequence", "After", "Predecessor", "Evidence"],
    ),
    ("What limits it", "Limits apply from top to bottom; each takes from what the one before it left.", ["Limit"]),
    ("Who pays, and when", "", ["OutcomePaymentCommitment", "OutcomePaymentPlan", "Settlement", "Planned"]),
    (
        "Who is repaid",
        "Money from outcome payers flows through the steps from top to bottom.",
        ["Investment", "Guarantee", "RepaymentStep", "Part"],
    ),
    (
        "How it changes and ends",
        "The file is never edited after signing: an amendment is added to it.",
        ["Amendment", "Change", "Analysis", "ExitCase", "Termination", "Disputes"],
    ),
    ("Worked examples", "", ["Example"]),
]
MERGED = {"Edges"}
"""Terms that others extend; they stand nowhere by themselves."""


def language_page() -> str:
    """The page as Markdown. Raises where a term has no chapter, or a word no meaning."""
    known = {kind.__name__: kind for kind in models()}
    told = [name for _, _, names in CHAPTERS for name in names]
    untold = set(known) - set(told) - MERGED
    if untold or set(told) - set(known):
        raise LookupError(f"chapters and terms differ: {sorted(untold)}, {sorted(set(told) - set(known))}")
    return "\n".join(_page(known)).replace("\n\n\n", "\n\n") + "\n"


def _page(known: dict[str, type[BaseModel]]) -> Iterator[str]:
    yield INTRODUCTION
    yield ""
    yield "**Contents:** " + " · ".join(f"[{title}](#{_anchor(title)})" for title, _, _ in CHAPTERS)
    yield ""
    yield "## Words that every term may have"
    yield ""
    yield "Any term of any chapter may carry these four."
    yield ""
    yield from _table(Term, list(Term.model_fields))
    for title, introduction, names in CHAPTERS:
        yield ""
        yield f"## {title}"
        yield ""
        if introduction:
            yield introduction
            yield ""
        for name in names:
            yield from _term(known[name])
            if name == "Elapsed":
                yield from _moments()


def _term(kind: type[BaseModel]) -> Iterator[str]:
    yield f"### {kind.__name__}"
    yield ""
    if kind is Figure:
        yield from _figure()
        return
    places = ", ".join(f"`{place}`" for place in stands_at(kind))
    if places:
        yield f"*Stands at {places}.*"
        yield ""
    yield said_of(kind)
    yield ""
    yield from _table(kind, own_fields(kind))
    yield from _sample(kind)


def _figure() -> Iterator[str]:
    yield "*Stands at `figures`, and wherever a number, an amount or a ceiling is asked for.*"
    yield ""
    module = inspect.cleandoc(inspect.getmodule(Figure).__doc__ or "")
    yield module.partition("\n\n")[2].replace("\n", " ")
    yield ""
    groups: list[tuple[str, Sequence[str]]] = [
        ("Verbs that look something up", SOURCES),
        ("Verbs that combine", COMBINATIONS),
        ("Verbs that read a table", TABLES),
    ]
    fields = {(Figure.model_fields[field].alias or field): field for field in own_fields(Figure)}
    used = {"number", "currency", "named"}
    for title, verbs in groups:
        yield f"**{title}**"
        yield ""
        yield from _table(Figure, [fields[verb] for verb in verbs])
        yield ""
        used |= {fields[verb] for verb in verbs}
    after = ["if_unknown", "only_above", "at_least", "at_most", "round"]
    yield "**Words that go with certain verbs**"
    yield ""
    yield from _table(Figure, [field for field in own_fields(Figure) if field not in used and field not in after])
    yield ""
    yield "**Words that may follow any figure, applied in this order**"
    yield ""
    yield from _table(Figure, after)
    yield from _sample(Figure)


def _moments() -> Iterator[str]:
    yield "### Moments"
    yield ""
    yield "Days that have a name. Where a moment does not exist, what rests on it is unknown."
    yield ""
    yield "| moment | which day |"
    yield "|---|---|"
    for name, meaning in MOMENTS.items():
        yield f"| `{name}` | {meaning} |"
    yield ""


def _table(kind: type[BaseModel], fields: Sequence[str]) -> Iterator[str]:
    told = words_under_fields(kind)
    yield "| word | value | meaning |"
    yield "|---|---|---|"
    for field in fields:
        info = kind.model_fields[field]
        if field not in told:
            raise LookupError(f"{kind.__name__}.{field} has no meaning under it")
        usual = "" if info.is_required() else usual_word(kind, field)
        needed = " **required**" if info.is_required() else ""
        yield f"| `{info.alias or field}`{needed} | {kind_of_value(hints(kind)[field])} | {told[field]}{usual} |"


def usual_word(kind: type[BaseModel], field: str) -> str:
    """What holds where the word is left out, when that is a plain word."""
    value = kind.model_fields[field].get_default(call_default_factory=True)
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        value = ", ".join(value)
    if value is None or isinstance(value, BaseModel | list | dict):
        return ""
    return f" Usual: `{value}`."


def _sample(kind: type[BaseModel]) -> Iterator[str]:
    sample = SAMPLES.get(kind.__name__)
    if sample:
        yield ""
        yield "```yaml"
        yield sample.strip("\n")
        yield "```"
    yield ""


def _anchor(title: str) -> str:
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter == "-")
