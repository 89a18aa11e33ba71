"""The Attention page says where a causal model has nothing to read before the text."""

from pathlib import Path

import pytest
from reading import texts
from streamlit.testing.v1 import AppTest
from tiny import put_gpt2, put_tokenizer, put_words

ATTENTION = Path(__file__).parents[2] / "pages" / "attention.py"
SAYS = "no token that begins a text"


@pytest.mark.parametrize(("has_one", "rows"), [(True, 30522), (False, 40)])
def test_a_model_without_a_first_token(has_one: bool, rows: int, tmp_path: Path) -> None:
    put_gpt2((put_tokenizer if has_one else put_words)(tmp_path), vocab_size=rows)
    app = AppTest.from_file(str(ATTENTION), default_timeout=300)
    app.query_params["models"] = str(tmp_path)
    app.query_params["source"], app.query_params["target"] = "the cat sat on the mat", "it was tired"
    app.run()
    assert not app.exception
    assert not app.error
    assert (SAYS in texts(app)) != has_one
