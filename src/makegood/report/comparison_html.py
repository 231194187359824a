"""The design and the effect as pages for people, in English and Dutch, from what may leave (or from all of it, inside)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from makegood import __version__
from makegood.report.comparison_voice import Voice
from makegood.report.language import CODES, NAMES, Code, Language
from makegood.report.lock_words import on_lock
from makegood.report.markup import Markup, element, joined, table
from makegood.report.page import page
from makegood.report.refused_figures import gathered

Stage = Literal["design", "effect"]


@dataclass(frozen=True)
class Told:
    """What both pages tell of the comparison as a whole.

    `terms`: `comparison.effect_release.terms_told`; `protocol`: the lock as a result tells of it, None for a draft;
    `facts`: (key of a phrase, value) to check it by; `inside`: the reader may see everything; `effect`: there is an
    effect page beside.
    """

    terms: Mapping[str, Any]
    protocol: Mapping[str, Any] | None
    sha256: str
    inputs: Mapping[str, str]
    signed_by: str | None
    inside: bool = False
    effect: bool = False


def file_name(stage: Stage, code: Code) -> str:
    """`design.html` in English, `design.nl.html` in Dutch."""
    return f"{stage}.html" if code == "en" else f"{stage}.{code}.html"


def pages(stage: Stage, sections_of: Any, told: Told) -> dict[str, bytes | str]:
    """File name -> page, in every language. `sections_of`: voice -> (answer, [(heading, anchor, parts)])."""
    made: dict[str, bytes | str] = {}
    for code in CODES:
        voice = Voice(Language(code), told.terms)
        answer, sections = sections_of(voice)
        shown = [(heading, anchor, "".join(parts)) for heading, anchor, parts in sections]
        body = _body(stage, voice, told, answer, [section for section in shown if section[2]])
        title = f"{voice.name()} · {voice.say(f'{stage}_kind')}"
        made[file_name(stage, code)] = page(lang=code, title=title, body=body)
    return made


def _body(stage: Stage, voice: Voice, told: Told, answer: Markup, sections: Sequence[tuple[str, str, str]]) -> str:
    other: Code = "nl" if voice.language.code == "en" else "en"
    contents = element(
        "nav",
        element("h2", voice.language.say("contents"), id="contents"),
        element("ol", *(element("li", element("a", heading, href=f"#{anchor}")) for heading, anchor, _ in sections)),
        aria_labelledby="contents",
        class_="contents",
    )
    top = element(
        "p",
        element("span", "Makegood"),
        element("a", voice.language.say("other_language"), href=file_name(stage, other), lang=other, hreflang=other, title=NAMES[other]),
        class_="top",
    )
    return joined(
        element("a", voice.say("skip"), href="#main", class_="skip"),
        element(
            "header",
            top,
            element("p", voice.say(f"{stage}_kind"), class_="kind"),
            element("h1", voice.name()),
            element("p", " ".join(on_lock(told.protocol, voice)), class_="quiet"),
            element("p", element("strong", voice.say("inside_only")), class_="note") if told.inside else "",
        ),
        element(
            "main",
            answer,
            _beside(stage, voice, told),
            contents,
            *(element("section", element("h2", heading), Markup(inside), id=anchor) for heading, anchor, inside in sections),
            id="main",
        ),
        element("footer", element("p", f"Makegood {__version__} · {told.sha256[:12]}")),
    )


def _beside(stage: Stage, voice: Voice, told: Told) -> Markup:
    if stage == "effect":
        return element("p", element("a", voice.say("to_design"), href=file_name("design", voice.language.code)))
    if told.effect:
        return element("p", element("a", voice.say("to_effect"), href=file_name("effect", voice.language.code)))
    return element("p", voice.say("not_amended_outcomes"), class_="quiet")


def answer_box(label: str, figure: str, headline: str, *rest: str) -> Markup:
    """The first thing that anybody wants to know."""
    return element(
        "div",
        element("p", label, class_="label"),
        element("p", figure, class_="amount"),
        element("p", headline, class_="headline"),
        *(element("p", sentence) for sentence in rest),
        class_="answer",
    )


def paragraphs(sentences: Iterable[str]) -> Markup:
    """Each sentence a paragraph of its own."""
    return joined(*(element("p", marked(sentence)) for sentence in sentences))


def marked(sentence: str) -> Markup:
    """A sentence whose words between backticks are those of a file or a command."""
    parts = sentence.split("`")
    return joined(*(element("code", part) if index % 2 else part for index, part in enumerate(parts)))


def listed(sentences: Iterable[str]) -> Markup:
    """Sentences as a plain list."""
    return element("ul", *(element("li", marked(sentence)) for sentence in sentences), class_="plain")


def figure(svg: str, *legend: tuple[str, str]) -> Markup:
    """A picture with its legend: (colour's name, words)."""
    keys = [element("li", element("span", "", class_=f"key {colour}", aria_hidden="true"), words) for colour, words in legend]
    return element("figure", element("ul", *keys, class_="legend") if keys else "", Markup(svg))


def folded(summary: str, *inside: str) -> Markup:
    """What most readers do not need at first."""
    return element("details", element("summary", summary), *inside)


def _term(value: Any) -> str:
    """A term's value as the protocol writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _counts(key: str, rule: Mapping[str, Any]) -> bool:
    """Whether a word of the matching clause says something of this method."""
    if key in ("assumed", "source"):
        return False
    if key == "moments":
        return bool(rule["method"] == "entropy")
    return key != "caliper_unit" or "caliper" in rule


def how(voice: Voice, told: Told, *more: tuple[str, str]) -> Iterator[Markup]:
    """What was compared, under which rules, and how to check it."""
    rule, cells = voice.terms["matching"], voice.terms["small_cells"]
    matching = "; ".join(f"{key}: {_term(value)}" for key, value in rule.items() if _counts(key, rule))
    step = voice.number(cells["round_counts_to"])
    facts = [(voice.say(key), voice.words(voice.terms[key])) for key in ("population", "treatment", "index_date", "comparison_index_date")]
    facts += [
        (voice.say("matching"), matching),
        (voice.say("tests"), voice.say(f"multiple_{voice.terms['multiple_testing']}")),
        (voice.say("small_cells"), voice.say("small_cells_words", minimum=voice.number(cells["minimum"]), step=step)),
        (voice.say("protocol_sha"), told.sha256),
        *((voice.say("file_sha", file=voice.say(f"file_{name}")), sha256) for name, sha256 in told.inputs.items()),
        *more,
        (voice.say("software"), f"Makegood {__version__}"),
    ]
    yield element("p", voice.say("again"))
    yield element(
        "dl",
        *(
            joined(element("dt", name), element("dd", element("code", words) if _is_hash(words) else words))
            for name, words in facts
            if words
        ),
    )


def _is_hash(words: str) -> bool:
    return len(words) == 64 and all(letter in "0123456789abcdef" for letter in words)


def refused(names: Sequence[str], voice: Voice, *, inside: bool) -> Iterator[Markup]:
    """The figures that were held back, by name only."""
    if inside:
        return
    if not names:
        yield element("p", voice.say("refused_none"))
        return
    groups = gathered(names)
    yield element("p", voice.say("refused_words"))
    yield folded(
        voice.say("refused_count", n=voice.number(str(len(names)))),
        table(
            voice.say("sec_refused"),
            [voice.say("group"), voice.say("trait")],
            [[shared, ", ".join(last)] for shared, last in groups],
            hide_caption=True,
        ),
    )
