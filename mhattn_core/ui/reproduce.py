"""What stands at the end of a page: a link to this view, how to get the same numbers, and whom to cite."""

import shlex
from urllib.parse import urlencode

import streamlit as st

from mhattn_core.experiments.alignment.translators import is_turned
from mhattn_core.locale import _
from mhattn_core.measures.citations import sources_of
from mhattn_core.runs.manifest import Manifest
from mhattn_core.text.gallery import gallery
from mhattn_core.text.pair import SentencePair
from mhattn_core.ui.controls import MODELS, PAIR, Controls
from mhattn_core.ui.resources import models
from mhattn_core.ui.word_boundaries import cut_in_link
from mhattn_core.version import VERSION

LONGEST_LINK = 2000
"""More characters than this some browsers and mail programs cut off."""


NUMBERS = {
    "Redundancy": (
        "from mhattn_core.experiments.redundancy.heads import heads_of\n"
        "from mhattn_core.measures.redundancy.head_distances import distances",
        "distances(heads_of(seen, seen.stacks[-1]))",
    ),
    "Fusion": ("import numpy as np", "np.linalg.norm(seen.contributions(seen.stacks[-1]), axis=-1).shape"),
    "Compare models": ("from mhattn_core.experiments.heads_table import heads_table", "heads_table(seen)"),
    "Translation": (
        "from mhattn_core.attention.alignment_weights import alignment_readings, alignment_weights",
        "{rows: alignment_weights(seen, rows).weights.shape for _stack, rows in alignment_readings(seen.model)}",
    ),
}
"""What a page makes of a pair that was run: an import, and an expression. Other pages show the patterns on words."""
RUN_TABLES = {
    "Redundancy": "head_pairs",
    "Compare models": "matches",
    "Head roles": "relations",
}
"""What a page makes of a run, where it is not its heads."""


def share_and_reproduce(page: str, controls: Controls, *, run: Manifest | None = None) -> None:
    """Share, and Reproduce and cite: the end of a page about one pair, or about a run where it is given."""
    st.divider()
    with st.expander(_("Share"), icon=":material/share:"):
        _share(page, controls)
    if run is not None:
        reproduce_run(run, page)
        return
    with st.expander(_("Reproduce and cite"), icon=":material/science:"):
        st.markdown(
            _(
                "These lines run the same pair through the same models with mhattn {version}; `seen` then holds every "
                "weight of this page."
            ).format(version=VERSION)
        )
        st.code(python_lines(page, controls.models, controls.pair), language="python", wrap_lines=True)
        loaded = [models().get(name) for name in controls.models if name in models().names()]
        revisions = ", ".join(f"`{model.name}@{model.revision}`" for model in loaded)
        st.markdown(
            _(
                "Method: every head's weights after the softmax, from the model's own attention, on words ({models}; "
                "mhattn {version}); one pair is an example."
            ).format(models=revisions, version=VERSION)
        )
        bibliography = sources_of(page)
        if bibliography:
            st.code("\n".join(bibliography), language="bibtex", wrap_lines=True)


def reproduce_run(manifest: Manifest, page: str = "Runs") -> None:
    """Reproduce and cite: the end of a page about a run. Whoever has the same pairs gets the same id."""
    models_and_revisions = ", ".join(f"`{name}@{revision}`" for name, revision in manifest.models)
    with st.expander(_("Reproduce and cite"), icon=":material/science:"):
        st.markdown(
            _(
                "With the same pairs in a file PAIRS.csv these lines give the same tables under the same run id, "
                "`{id}`."
            ).format(id=manifest.id)
        )
        names = [name for name, _revision in manifest.models]
        chosen = " ".join(f"--model {shlex.quote(name)}" for name in names)
        st.code(
            f"python -m mhattn_core analyze PAIRS.csv {chosen} --measures {','.join(manifest.measures)} --out "
            f"runs/mine",
            language="bash",
        )
        st.code(
            f"import mhattn_core as mh\n\nrun = mh.analyze({names!r}, 'PAIRS.csv', out='runs/mine', "
            f"measures={list(manifest.measures)!r})\nrun.{RUN_TABLES.get(page, 'heads')}",
            language="python",
        )
        st.markdown(
            _(
                "Method: measures as sums over {pairs} pairs, with 95 % intervals of 500 Poisson bootstrap replicates "
                "keyed by each pair's text ({models}; mhattn {version}; run {id})."
            ).format(
                pairs=f"{manifest.pairs:,}",
                models=models_and_revisions,
                version=manifest.version,
                id=f"`{manifest.id}`",
            )
        )
        st.code("\n".join(sources_of(page)), language="bibtex", wrap_lines=True)


def python_lines(page: str, names: tuple[str, ...], pair: SentencePair) -> str:
    """Python that runs the pair through each model as the page does; what a person typed stands in it as a literal."""
    given = {"source_words": pair.source_words, "target_words": pair.target_words}
    cuts = "".join(f", {field}={words!r}" for field, words in given.items() if words)
    imported, numbers = NUMBERS.get(page, ("", "{stack: seen.words(stack).pattern.shape for stack in seen.stacks}"))
    turned = [page in ("Translation", "Fault tolerance") and is_turned(name, pair) for name in names]
    read = ", ".join(f"{name!r}: {'pair.turned' if turn else 'pair'}" for name, turn in zip(names, turned, strict=True))
    return "\n".join(
        (
            "import mhattn_core as mh",
            *filter(None, [imported]),
            "",
            f"pair = mh.SentencePair({pair.source!r}, {pair.target!r}{cuts})",
            f"for name, read in {{{read}}}.items():",
            "    seen = mh.attend(mh.load(name), read)",
            f"    print(name, {numbers})",
        )
    )


def _share(page: str, controls: Controls) -> None:
    settings = {name: st.query_params.get_all(name) for name in st.query_params if name not in (MODELS, PAIR)}
    settings[MODELS] = list(controls.models)
    own = not controls.gallery_id
    if not own:
        settings[PAIR] = [gallery()[controls.gallery_id].title]
        st.caption(_("This link opens the same view: models, pair, head and settings."))
    elif st.checkbox(
        _("Put my sentences into the link"),
        key=f"share-{page}",
        help=_(
            "An address is kept in histories and in the logs of servers that it passes. Leave this off for sentences "
            "that nobody else should see."
        ),
    ):
        pair = controls.pair
        cuts = {"source_words": pair.source_words, "target_words": pair.target_words}
        settings |= {"source": [pair.source], "target": [pair.target]} | {
            name: [cut_in_link(words)] for name, words in cuts.items() if words
        }
        st.caption(
            _("This link opens the same view with your sentences. They stand in the address for everybody to read.")
        )
    else:
        st.caption(_("This link opens the same models and settings, without your sentences."))
    link = f"{(st.context.url or '').split('?')[0]}?{urlencode(settings, doseq=True)}"
    if len(link) > LONGEST_LINK:
        st.warning(
            _("This link has {length} characters; some programs cut such links off.").format(length=f"{len(link):,}")
        )
    st.code(link, language=None, wrap_lines=True)
