"""Through the layers: from which words of the input a word may have its information, by weights alone."""

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
from scipy.stats import spearmanr

from mhattn_core import charts
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.contributions.code import code_at, fed_at, source_at
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _

if TYPE_CHECKING:
    from mhattn_core.experiments.contributions.word import WordContributions


def rollout_and_flow(word: "WordContributions", layers: int, table: pd.DataFrame) -> Finding:
    """Bars for each word of the input. table: of ``through_layers`` from the input through so many layers."""
    names = {"rollout": _("rollout"), "flow": _("flow")}
    shown = table.assign(series=table["series"].map(names))
    without_flow = _("Left out: the flow, which takes too long on so many tokens and layers.")
    reading = _(
        "Each layer is taken as half its heads' mean weights and half the word itself (the residual). Rollout "
        "multiplies the layers; its bars sum to 1 where no token is lost. Flow asks how much could pass at most, for "
        "each word on its own, so that its bars may sum to more. Both know weights only, not what is carried: read "
        "them as where information may come from, not where it does (Abnar and Zuidema 2020)."
    )
    return Finding(
        f"rollout_and_flow_{layers}",
        escape(where_from(word, table, layers)),
        shown,
        partial(charts.word_bars, shown, title=_("from this word of the input"), framed=word.unit),
        reading if "flow" in set(table["series"]) else f"{without_flow} {reading}",
        1,
        source_at(word),
        code_at(
            word,
            f"through_layers(seen, {word.stack!r}, word.unit, {layers})",
            "from mhattn_core.experiments.contributions.through_layers import through_layers",
        ),
        fed=fed_at(word),
    )


def require_self_attention(stack: str) -> None:
    """Raises NotAvailable for a stack that has no way through its layers."""
    if stack == "cross":
        raise NotAvailable(
            _(
                "Cross-attention reads another sentence in every layer, so there is no way through its layers to "
                "follow."
            ),
            _("Choose the stack encoder or decoder."),
        )


def where_from(word: "WordContributions", table: pd.DataFrame, layers: int) -> str:
    """What comes from the word itself, from which other word most, and whether rollout and flow agree."""
    series = {name: part.set_index("position") for name, part in table.groupby("series")}
    rollout = series["rollout"]
    others = rollout[~rollout["special"] & (rollout.index != word.unit)].sort_values("value", ascending=False)
    sentence = _(
        "After layer {layer} of {name}, rollout has “{word}” to {own:.0%} from itself and to {special:.0%} from "
        "special tokens."
    ).format(
        layer=layers - 1,
        name=word.name,
        word=word.word,
        own=rollout["value"][word.unit],
        special=rollout.loc[rollout["special"], "value"].sum(),
    )
    if len(others):
        sentence += " " + _("Of other words “{first}” comes first ({share:.0%}).").format(
            first=others["word"].iloc[0], share=others["value"].iloc[0]
        )
    if "flow" in series and len(rollout) > 2:
        agree = float(spearmanr(rollout["value"], series["flow"]["value"]).statistic)
        sentence += " " + _("Rollout and flow rank the words with a correlation of {agree:.2f}.").format(agree=agree)
    return sentence


def caution(stack: str, *, is_crossed: bool) -> str:
    """What a causal mask does to both; empty for an encoder. is_crossed: whether the decoder reads an encoder too."""
    if stack != "decoder":
        return ""
    leans = _(
        "Under a causal mask both lean to the first tokens, which all later ones see in every layer; the authors say "
        "so themselves."
    )
    crossed = _("What else comes in by cross-attention is left out.")
    return f"{leans} {crossed}" if is_crossed else leans
