"""One model from several sides: what the open tab shows of one word."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from mhattn_core.experiments.contributions.links import MOST
from mhattn_core.experiments.contributions.next_token import Next, require_prediction
from mhattn_core.experiments.contributions.word import WordContributions
from mhattn_core.findings.contributions import heads, links, norms, overlap, positions
from mhattn_core.findings.contributions import through_layers as layers
from mhattn_core.findings.contributions.attribution import direct_attribution
from mhattn_core.findings.contributions.participation import participation
from mhattn_core.heads import layer_name
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.text.claims import claims
from mhattn_core.text.code_names import code_names
from mhattn_core.text.gallery import gallery
from mhattn_core.text.pages import page_title
from mhattn_core.ui.choices import choose, choose_or_leave
from mhattn_core.ui.contributions import data
from mhattn_core.ui.contributions.choice import choose_head_of, chosen_head, take_head_and_model
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_run, evidence_with
from mhattn_core.ui.navigation import link
from mhattn_core.ui.page import of_each, problems
from mhattn_core.ui.quantity_choice import choose_quantity
from mhattn_core.ui.show import show

EXAMPLE = "fox"
Words = Sequence[WordContributions]


def norms_view(word: WordContributions, _words: Words, _controls: Controls) -> None:
    """Attention beside the length of what comes of it: all heads, and one head's row."""
    measured = data.kept_lengths(word.result, word.stack)
    all_heads, row = st.columns(2)
    with row:
        head = choose_head_of(word)
        show(norms.weights_and_lengths_of_row(word, measured, head), key="norms-row")
    with all_heads:
        show(
            norms.special_tokens(word, measured),
            key="norms-heads",
            on_pick=partial(take_head_and_model, word),
            chosen=head,
        )
    with st.expander(_("This head at every position")):
        show(positions.every_position(word, measured, head), key="norms-positions")


def directions_view(word: WordContributions, words: Words, _controls: Controls) -> None:
    """How what the heads of one layer add lies to one another."""
    layer = _choose_layer(word)
    matrix, ratios = st.columns(2)
    with matrix, problems():
        show(overlap.directions_at_word(word, layer), key="cosines")
    with ratios:
        with problems():  # too short a text is no fault
            table = pd.concat(of_each(words, data.participation), ignore_index=True)
            show(overlap.participation_on_pair(words, table), key="participation")
        st.markdown("**" + _("What only one head adds") + "**")
        with problems():
            overlap.require_words(word)
            with st.spinner(_("Predicting each head from the others …")):
                shares = data.unique_shares(word, layer)
            show(overlap.unique_shares(word, layer, shares), key="unique")


def layers_view(word: WordContributions, _words: Words, _controls: Controls) -> None:
    """From which words of the input the word may have its information."""
    layers.require_self_attention(word.stack)
    deepest = depth = len(word.added)
    if deepest > 1:
        key = f"depth-{word.name}-{word.stack}"
        depth = int(st.slider(_("Layers from the input"), 1, deepest, deepest, key=key))
    table = data.kept_layers(word.result, word.stack, word.unit, depth)
    show(layers.rollout_and_flow(word, depth, table), key="layers")
    caution = layers.caution(word.stack, is_crossed="cross" in word.result.stacks)
    if caution:
        st.warning(caution, icon=":material/warning:")


def prediction_view(word: WordContributions, _words: Words, controls: Controls) -> None:
    """What each head adds to the score of the next token, on this text and over those of a run."""
    require_prediction(word)
    of = _choose_next()
    with st.spinner(_("Reading what every head adds …")):
        token = data.kept_next_token(word, of)
    show(
        heads.added_to_score(word, token, of),
        key="effects",
        on_pick=partial(take_head_and_model, word),
        chosen=chosen_head(word),
    )
    run = chosen_run(controls)
    if run is not None and run.has("attribution") and word.name in run.models:
        with problems():
            over_texts = direct_attribution(run, model=word.name, stack=word.stack)
            show(over_texts, key="attribution", on_pick=partial(take_head_and_model, word), chosen=chosen_head(word))


def links_view(word: WordContributions, words: Words, controls: Controls) -> None:
    """The links of the note that heads find together, beside chance."""
    of_note = [one for one in claims() if controls.gallery_id and one.sentence == controls.gallery_id and one.links]
    if not of_note:
        st.info(_("The note says nothing of this sentence that heads could be held against."))
        example = _("Open the note's sentence: The quick brown fox …")
        link("Fusion", example, pair=gallery()[EXAMPLE].title, tab="coverage")
        return
    drawn = links.links_in(of_note)
    show(links.found_together(word.result, data.kept_links(word.result, drawn), of_note), key="coverage")
    shares = of_each(words, lambda one: links.shares_and_chance(data.kept_links(one.result, drawn)))
    st.dataframe(pd.DataFrame(shares), hide_index=True, column_config=_columns())
    st.caption(links.about_chance())
    many = _("Which heads find such links in many sentences: {page}").format(page=page_title("Head roles"))
    link("Head roles", many)


def run_view(word: WordContributions, _words: Words, controls: Controls) -> None:
    """What each head adds over many texts. Raises Problem where no run has measured it."""
    evidence = evidence_with(controls, "fusion")
    run, chosen = evidence.run, {"model": word.name, "stack": word.stack}
    heads.require_rows(run, **chosen)
    grid, by_layer = st.columns(2)
    with grid:
        offered = {name: quantity(name) for name in heads.OVER_TEXTS}
        measure = choose_quantity(_("What is measured"), offered, key="over", default="unique_share").code
        show(
            heads.contributions(run, **chosen, measure=measure),
            key="over-heads",
            on_pick=partial(take_head_and_model, word),
            chosen=chosen_head(word),
        )
        st.caption(evidence.origin(_("This tab reads the run “{name}”; another is chosen in the sidebar under Data.")))
    with by_layer:
        show(participation(run, **chosen, models=run.models), key="participation-run")


def _choose_next() -> Next:
    chosen = choose(_("Which next token"), code_names(("first", "text")), key="next", pills=True)
    return "text" if chosen == "text" else "first"


def _choose_layer(word: WordContributions) -> int:
    names = list(map(layer_name, range(len(word.added))))
    most = word.strongest()[0]
    automatic = _("Of the head that adds most: {layer}").format(layer=names[most])
    name = choose_or_leave(_("Layer"), names, automatic, key="layer")
    return most if name is None else names.index(name)


def _columns() -> dict[str, Any]:
    """How the table of shares and chance is shown."""
    best, chance = _("best {heads}"), _("{heads} at random")
    columns: dict[str, Any] = {"model": st.column_config.TextColumn(_("model"))}
    for heads_ in range(1, MOST + 1):
        columns[f"best{heads_}"] = st.column_config.NumberColumn(best.format(heads=heads_), format="percent")
        columns[f"chance{heads_}"] = st.column_config.TextColumn(chance.format(heads=heads_))
    return columns
