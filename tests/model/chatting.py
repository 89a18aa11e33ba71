"""A tiny GPT-2 whose tokenizer has a chat template."""

import json
from pathlib import Path

from tiny import put_gpt2, put_tokenizer

import mhattn_core as mh

TEMPLATE = (
    "{% for message in messages %}[SEP] {{ message['role'] }} : {{ message['content'] | trim }} "
    "{% endfor %}{% if add_generation_prompt %}[SEP] assistant :{% endif %}"
)


def chatting(folder: Path, template: str = TEMPLATE) -> mh.Model:
    """template: empty for none."""
    put_gpt2(put_tokenizer(folder))
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"chat_template": template}))
    return mh.load(str(folder), device="cpu")
