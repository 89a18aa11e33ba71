"""One layer of attention whose weights are written by hand, so that it is known what carries an answer: the queries, the
keys or the values of head 0. Head 1 reads the same and writes nothing.
"""

from collections.abc import Mapping
from typing import Literal

import torch
from cases import word_tokenizer
from transformers import GPT2Config, GPT2LMHeadModel

from mhattn_core.models.model import Model
from mhattn_core.tap.interface import implementation_for
from mhattn_core.tap.survey import survey
from mhattn_core.text.contrasts import Contrast

VOCABULARY, POSITIONS = 120, 16
SIZE = VOCABULARY + POSITIONS
WIDTH = SIZE // 2
SHARP = 30 * WIDTH**0.5
"""Of a query: the softmax then gives all weight to one key."""
Carrier = Literal["query", "key", "value"]
TOKENS = word_tokenizer().get_vocab()
Weights = Mapping[tuple[int, int], float]
"""From a dimension of the network to one of a head."""


def at(position: int) -> int:
    """The dimension of a position; [BOS] stands at 0, before the words."""
    return VOCABULARY + position


def reads_of(carrier: Carrier) -> tuple[Weights, Weights, Weights, dict[int, str]]:
    """What queries, keys and values read, and the word that each dimension of head 0 writes."""
    words = dict(enumerate(word for word in TOKENS if "[" not in word))
    copies = {(TOKENS[word], dimension): 1.0 for dimension, word in words.items()}
    if carrier == "value":  # the last word looks at the second, and says it
        return {(at(4), 0): SHARP}, {(at(2), 0): 1}, copies, words
    if carrier == "query":  # “it” looks at the first word, “was” at the second
        asks = {(TOKENS["it"], 0): SHARP, (TOKENS["was"], 1): SHARP}
        return asks, {(at(1), 0): 1, (at(2), 1): 1}, copies, words
    # The last word looks for “the”, and says where it is.
    places = {(at(place), place): 1.0 for place in (1, 2)}
    return {(at(4), 0): SHARP}, {(TOKENS["the"], 0): 1}, places, {1: "day", 2: "long"}


CONTRASTS: Mapping[Carrier, Contrast] = {
    "value": Contrast("made", "the cat on a", "the mat on a", "cat", "mat"),
    "query": Contrast("made", "cat mat on it", "cat mat on was", "cat", "mat"),
    "key": Contrast("made", "the cat on it", "cat the on it", "day", "long"),
}


@torch.no_grad()
def handmade(carrier: Carrier) -> Model:
    config = GPT2Config(
        vocab_size=VOCABULARY, n_positions=POSITIONS, n_embd=SIZE, n_layer=1, n_head=2, tie_word_embeddings=False
    )
    network = GPT2LMHeadModel._from_config(config, attn_implementation=implementation_for(GPT2LMHeadModel)).eval()
    for name, parameter in network.named_parameters():
        parameter.fill_(1.0 if "ln_" in name and name.endswith("weight") else 0.0)
    # A token and a position are one dimension each, so that every word has the same mean and spread for the norm.
    body = network.transformer
    body.wte.weight.copy_(torch.eye(VOCABULARY, SIZE))
    body.wpe.weight.copy_(torch.eye(SIZE)[VOCABULARY:])
    mean = 2 / SIZE
    spread = (mean - mean**2) ** 0.5
    reads = torch.zeros(SIZE, 3 * SIZE)
    *parts, written = reads_of(carrier)
    for number, part in enumerate(parts):
        for (dimension, of_head), weight in part.items():
            for head in (0, 1):
                reads[dimension, number * SIZE + head * WIDTH + of_head] = weight
    for of_head, word in written.items():
        body.h[0].attn.c_proj.weight[of_head, TOKENS[word]] = 4
    body.h[0].attn.c_attn.weight.copy_(spread * reads)
    body.h[0].attn.c_attn.bias.copy_(mean * reads.sum(dim=0))
    network.lm_head.weight.copy_(torch.eye(VOCABULARY, SIZE))
    return Model("made", "made", network.requires_grad_(False), word_tokenizer(), survey(network), "language")
