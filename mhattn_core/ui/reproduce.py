"""What stands at the end of a page: a link to this view, how to get the same numbers, and whom to cite."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mhattn_core.findings.reproduce import command_line_of_run, python_lines, python_of_run
from mhattn_core.locale import _
from mhattn_core.measures.citations import sources_of
from mhattn_core.runs.manifest import Manifest
from mhattn_core.text.cut_in_link import cut_in_link
from mhattn_core.text.gallery import gallery
from mhattn_core.text.prose import prose
from mhattn_core.ui.controls import MODELS, PAIR, Controls
from mhattn_core.ui.panel import panel
from mhattn_core.ui.resources import loaded, loaded_names, precision
from mhattn_core.version import VERSION

SECONDS_BETWEEN_LOOKS = 1.0
LONGEST_LINK = 2000
"""More characters than this some browsers and mail programs cut off."""


def share_and_reproduce(page: str, controls: Controls, *, run: Manifest | None = None) -> None:
    """Share, and Reproduce and cite: the end of a page about one pair, or about a run where it is given."""
    st.divider()
    part = st.expander(_("Share"), icon=":material/share:", key="share-part", on_change="rerun")
    with part:
        # Parts of a page change the address without the rest of it.
        panel(_share, run_every=SECONDS_BETWEEN_LOOKS if part.open else None)(page, controls)
    if run is not None:
        reproduce_run(run, page)
        return
    here = [loaded(name) for name in controls.models if name in loaded_names()]
    revisions = ", ".join(f"`{model.name}@{model.revision}`" for model in here)
    python = python_lines(page, controls.models, controls.pair, precision())
    method = prose("method_of_pair").format(models=revisions, version=VERSION) if here else ""
    reproduce(page, prose("python_of_pair").format(version=VERSION), {"python": python}, method)


def reproduce(page: str, said: str, codes: Mapping[str, str], method: str) -> None:
    """How to get the numbers of a page again, and whom to cite for it. codes: by language. method: for a paper."""
    with st.expander(_("Reproduce and cite"), icon=":material/science:"):
        st.markdown(said)
        for language, code in codes.items():
            st.code(code, language=language, wrap_lines=language == "python")
        if method:
            st.markdown(method)
        if bibliography := sources_of(page):
            st.code("\n".join(bibliography), language="bibtex", wrap_lines=True)


def link_with(settings: Mapping[str, list[str]]) -> str:
    """The address of this page with these settings."""
    return f"{(st.context.url or '').split('?')[0]}?{urlencode(settings, doseq=True)}"


def reproduce_run(manifest: Manifest, page: str = "Runs") -> None:
    """Reproduce and cite: the end of a page about a run. Whoever has the same pairs gets the same id."""
    models = ", ".join(f"`{name}@{revision}`" for name, revision in manifest.models)
    codes = {"bash": command_line_of_run(manifest), "python": python_of_run(manifest, page)}
    of = {"pairs": f"{manifest.pairs:,}", "models": models, "version": manifest.version, "id": f"`{manifest.id}`"}
    reproduce(page, prose("python_of_run").format(id=manifest.id), codes, prose("method_of_run").format(**of))


def _share(page: str, controls: Controls) -> None:
    context = get_script_run_ctx()
    # What Streamlit holds for Python lags behind what its widgets have written into the address.
    settings = parse_qs(context.query_string if context else "", keep_blank_values=True)
    settings |= {MODELS: list(controls.models), PAIR: []}
    own = not controls.gallery_id
    if not own:
        settings[PAIR] = [gallery()[controls.gallery_id].title]
        st.caption(_("This link opens the same view: models, pair, head and settings."))
    elif st.checkbox(
        _("Put my sentences into the link"),
        key=f"share-{page}",
        help=prose("share_own_sentence"),
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
    link = link_with(settings)
    if len(link) > LONGEST_LINK:
        st.warning(
            _("This link has {length} characters; some programs cut such links off.").format(length=f"{len(link):,}")
        )
    st.code(link, language=None, wrap_lines=True)
