"""What each head adds by itself to the score of the next word, over the texts of a run."""

from functools import partial

from mhattn_core import charts
from mhattn_core.digits import digits, signed_digits
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.ablation.effects import with_interval
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import models_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.measures.quantities import axis_title
from mhattn_core.measures.roles.verdicts import FALSE_DISCOVERIES
from mhattn_core.runs.run import Run

MEASURE = "attribution.specific"


@of_run("attribution")
def direct_attribution(run: Run, *, model: str = "", stack: str = "") -> Finding:
    """What each head adds by itself to the score of the next word, beyond what it gives to other words of the text."""
    table = run.table("attribution")
    names = [name for name in models_of(run, [model] if model else []) if (table["model"] == name).any()]
    if not names:
        raise NotAvailable(
            _("What the heads of these models add does not reach the scores of tokens as a sum."),
            _("Choose a model that normalises before its layers and predicts words, such as smollm2."),
        )
    rows = of_stack(table[table["model"] == names[0]], stack, "attribution").reset_index(drop=True)
    top = rows.loc[rows["specific"].idxmax()]
    said = _(
        "{model}: the heads together add {sum} to the score of the next word, of {total} logits above the mean of all "
        "tokens; they give {other} of it to a word from elsewhere in the text as well. The most for this word and not "
        "for others: {head}, {specific}."
    ).format(
        model=names[0],
        sum=signed_digits(rows["direct"].sum()),
        other=signed_digits(rows["other"].sum()),
        total=digits(top["total"]),
        head=Head.of_row(top).name,
        specific=with_interval(top["specific"], top["specific_low"], top["specific_high"]),
    )
    if rows["q"].notna().any():
        more, less = (int(((rows["q"] <= FALSE_DISCOVERIES) & (sign * rows["specific"] > 0)).sum()) for sign in (1, -1))
        said += " " + _("{more} of {heads} heads add, {less} take away (q ≤ 0.05).").format(
            more=more, less=less, heads=len(rows)
        )
    drawn = rows.assign(measure=MEASURE, value=rows["specific"], low=rows["specific_low"], high=rows["specific_high"])
    title = axis_title(MEASURE)
    return Finding(
        "direct_attribution",
        escape(said),
        rows.drop(columns=["model"]),
        partial(charts.head_grid, drawn, measure=MEASURE, title=title, difference=True),
        _(
            "Orange: the head by itself makes the right next word likelier than a word that is right elsewhere in the "
            "text; purple: less likely. It is the direct path alone, past all later layers: a head that works through "
            "others shows nothing here, see Ablation."
        ),
        int(rows["n"].max()),
        draw_narrow=strongest_heads(drawn, title=title),
    )
