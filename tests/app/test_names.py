"""A model whose name is a long path full of markup: its last part is shown as it is on every page, obeyed nowhere."""

import re

import pytest
import torch
from messages import sent, shown
from tiny import put_tokenizer, put_translator
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM
from views import VIEWS, name_of_view, open_view

NAME = "my [bold]model[/bold] $x$ *y* :material/home: www.evil.test <u> `c`"
SIZES = {
    "vocab_size": 30522,
    "hidden_size": 24,
    "intermediate_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
}
# What of it Markdown would obey where it is not escaped, and what shows where it is escaped without need.
OBEYED = re.compile(r"(?<!\\)\[bold|(?<!\\)\$x|(?<!\\)\*y|:material/home|www\\?\.evil|(?<!\\)<u>")
SPOILT = re.compile(r"\\+\[bold|\\+\$x|\\+\*y|\N{WORD JOINER}")
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
FULL = {"alert", "multiselect", "dataframe", "arrow_data_frame", "code"}
"""Elements that keep the full name: what went wrong, the box where it was typed, tables, and code."""
PATH = re.compile("/(encoder|causal|translator)")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    """An encoder, a causal model and a translator."""
    folder = tmp_path_factory.mktemp("names")
    encoder, causal, translator = (folder / kind / NAME for kind in ("encoder", "causal", "translator"))
    torch.manual_seed(0)
    BertModel(BertConfig(**SIZES)).save_pretrained(put_tokenizer(encoder))
    LlamaForCausalLM(LlamaConfig(**SIZES)).save_pretrained(put_tokenizer(causal))
    put_translator(translator, "bart")
    return str(encoder), str(causal), str(translator)


@pytest.mark.parametrize("view", VIEWS, ids=name_of_view)
def test_a_name_is_shown_as_it_is(view: tuple[str, dict[str, str]], models: tuple[str, str, str]) -> None:
    first = VIEWS.index(view) % len(models)  # tabs of a page about one model take turns
    with sent() as messages:
        app = open_view(view, *models[first:], *models[:first])
    assert not app.exception, app.exception
    for kind, markdown, text in shown(messages):
        # The legend in the sidebar begins with the short name, and so does each line of what is read on pointing.
        if kind not in FULL and not text.startswith(("**", "<script>\nwindow.mhattnNames = ")):
            assert not PATH.search(CODE.sub("", text)), (kind, text)
        if kind == "html":
            assert "<u>" not in text, text
        elif markdown:
            assert not OBEYED.search(CODE.sub("", text)), (kind, text)
        elif kind != "vega_lite_chart":
            assert not SPOILT.search(text), (kind, text)
        elif not text.startswith("{"):  # what is read out, and not the specification, where JSON doubles backslashes
            assert not SPOILT.search(text), text
            assert "**" not in text, text
