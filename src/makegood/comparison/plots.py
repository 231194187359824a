"""The two pictures of a matched set: how far apart the covariates are, and where the scores lie."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from makegood.comparison.balance import DENOMINATORS, Balance, Overlap

if TYPE_CHECKING:
    import altair as alt

BEFORE, AFTER, TREATED = "#b5651d", "#1f5a92", "#7a1f5c"


def love_plot(found: Balance, *, threshold: float = 0.1) -> alt.LayerChart | alt.FacetChart:
    """Absolute standardised difference of each covariate before and after, largest before on top, threshold dashed."""
    import altair as alt  # noqa: PLC0415 (takes most of a second)

    rows: list[dict[str, Any]] = [
        {"covariate": row.name, "when": when, "difference": abs(value), "shape": row.kind}
        for row in found.rows
        for when, value in (("before", row.smd_before), ("after", row.smd_after))
        if math.isfinite(value)
    ]
    order = [row.name for row in sorted(found.rows, key=lambda row: -abs(row.smd_before) if math.isfinite(row.smd_before) else 0)]
    base = alt.Chart(_table(rows))
    points = base.mark_point(filled=True, size=70, opacity=0.9).encode(
        x=alt.X("difference:Q", title="absolute standardised difference"),
        y=alt.Y("covariate:N", sort=order, title=None),
        color=alt.Color("when:N", scale=alt.Scale(domain=["before", "after"], range=[BEFORE, AFTER]), title="matching"),
        shape=alt.Shape("when:N", scale=alt.Scale(domain=["before", "after"], range=["circle", "diamond"]), title="matching"),
    )
    bound = alt.Chart(_table([{"at": threshold}])).mark_rule(strokeDash=[4, 4], color="#444").encode(x="at:Q")
    subtitle = f"Divided by {DENOMINATORS[found.denominator]}. Dashed: {threshold:g}."
    return alt.layer(bound, points).properties(
        width=420, height=max(16 * len(found.rows), 60), title=alt.TitleParams("How alike are the groups?", subtitle=subtitle)
    )


def overlap_plot(overlap: Overlap) -> alt.Chart:
    """Share of treated, pool and matched controls over the linear predictor of the propensity score."""
    import altair as alt  # noqa: PLC0415

    groups = (("treated", overlap.treated, TREATED), ("pool", overlap.pool, BEFORE), ("matched controls", overlap.matched_controls, AFTER))
    middles = (overlap.edges[1:] + overlap.edges[:-1]) / 2
    rows: list[dict[str, Any]] = [
        {"group": name, "score": float(middle), "share": float(count) / max(int(counts.sum()), 1)}
        for name, counts, _colour in groups
        for middle, count in zip(middles, counts, strict=True)
    ]
    chart: alt.Chart = (
        alt.Chart(_table(rows))
        .mark_line(interpolate="step")
        .encode(
            x=alt.X("score:Q", title="linear predictor of the propensity score"),
            y=alt.Y("share:Q", title="share of the group", axis=alt.Axis(format="%")),
            color=alt.Color(
                "group:N", scale=alt.Scale(domain=[name for name, _counts, _colour in groups], range=[colour for *_rest, colour in groups])
            ),
            strokeDash=alt.StrokeDash("group:N"),
        )
        .properties(width=420, height=220, title=alt.TitleParams("Is there anybody to compare with?"))
    )
    return chart


def _table(rows: list[dict[str, Any]]) -> alt.Data:
    import altair as alt  # noqa: PLC0415

    table: alt.Data = alt.Data(values=rows)  # type: ignore[no-untyped-call]
    return table


def svg(chart: alt.TopLevelMixin) -> str:
    """The picture as SVG text, made without network or browser."""
    import vl_convert  # noqa: PLC0415

    return str(vl_convert.vegalite_to_svg(chart.to_dict(validate=False)))
