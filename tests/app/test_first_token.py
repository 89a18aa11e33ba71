"""The Attention page says where a causal model has nothing to read before the text."""

from pathlib import Path

import pytest
from reading import open_page, texts
from tiny import put_gpt2, put_tokenizer, put_words

SAYS = "no token that begins a text"


@pytest.mark.parametrize(("has_one", "rows"), [(True, 30522), (False, 40)])
def test_a_model_without_a_first_token(has_one: bool, rows: int, tmp_path: Path) -> None:
    put_gpt2((put_tokenizer if has_one else put_words)(tmp_path), vocab_size=rows)
    app = open_page("attention", models=str(tmp_path), source="the cat sat on the mat", target="it was tired")
    assert not app.exception
    assert not app.error
    assert (SAYS in texts(app)) != has_one
