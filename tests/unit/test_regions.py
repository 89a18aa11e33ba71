"""What goes to the regions of a text as fed, against shares worked by hand."""

import numpy as np
import torch

from mhattn_core.arrays.word_layer import TokenLayer, WordLayer
from mhattn_core.attention.token_kinds import Piece
from mhattn_core.attention.word_grid import word_axis
from mhattn_core.attention.word_layer import piece_spans, word_axes, word_layer, word_spans
from mhattn_core.measures.region_shares import pair_regions
from mhattn_core.measures.regions import regions
from mhattn_core.measures.statistics import quotient
from mhattn_core.text.feeding import REGIONS
from mhattn_core.text.words import cut

SENTENCES = {"a": cut("x yy"), "b": cut("z")}
# <s> be brief <u> x y|y <b> z
PIECES = [
    Piece(0),
    Piece(5, in_system=True),
    Piece(6, in_system=True),
    Piece(0),
    Piece(1, "a", 0, 1),
    Piece(2, "a", 2, 3),
    Piece(3, "a", 3, 4),
    Piece(0),
    Piece(4, "b", 0, 1),
]
X = [0.1, 0.2, 0.1, 0.4, 0.2, 0.0, 0.0, 0.0, 0.0]
Y1 = [0.0, 0.2, 0.2, 0.1, 0.3, 0.2, 0.0, 0.0, 0.0]
Y2 = [0.4, 0.0, 0.0, 0.0, 0.1, 0.3, 0.2, 0.0, 0.0]
Z = [0.1, 0.1, 0.0, 0.1, 0.1, 0.1, 0.1, 0.2, 0.2]
UNASKED = [9.0] * 9
PATTERN = [UNASKED, UNASKED, UNASKED, UNASKED, X, Y1, Y2, UNASKED, Z]
# Of x, yy (the mean of its two pieces) and z to the system text, A, B and the template.
SHARES = {"system": (0.3, 0.2, 0.1), "a": (0.2, 0.55, 0.3), "b": (0.0, 0.0, 0.2), "template": (0.5, 0.25, 0.4)}
# x sees 5 tokens, the pieces of yy 6 and 7, z all 9: 2 are of the system, 1 to 3 of A, 0 or 1 of B, 2 or 3 others.
EVEN = {
    "system": 2 / 5 + (2 / 6 + 2 / 7) / 2 + 2 / 9,
    "a": 1 / 5 + (2 / 6 + 3 / 7) / 2 + 3 / 9,
    "b": 1 / 9,
    "template": 2 / 5 + (2 / 6 + 2 / 7) / 2 + 3 / 9,
}


def layer(stack: str = "decoder") -> WordLayer:
    """Beside a longer text, so that it is padded."""
    longer = [*PIECES, Piece(0), Piece(0)]
    spans = [piece_spans(longer), piece_spans(PIECES)]
    axes = word_axes(stack, 1, spans, spans, [word_spans(SENTENCES)] * 2)
    pattern = torch.zeros(2, 1, len(longer), len(longer))
    pattern[1, 0, : len(PIECES), : len(PIECES)] = torch.tensor(PATTERN)
    return word_layer(pattern, 0, axes)


def test_shares_and_lifts_are_those_worked_by_hand() -> None:
    values = {name: float(quotient(part.numpy())[1, 0]) for name, part in regions(layer()).items()}
    for region, shares in SHARES.items():
        np.testing.assert_allclose(values[f"region.share.{region}"], np.mean(shares), atol=1e-6)
        np.testing.assert_allclose(values[f"region.lift.{region}"], sum(shares) / EVEN[region], rtol=1e-5)
    np.testing.assert_allclose(sum(values[f"region.share.{region}"] for region in REGIONS), 1, atol=1e-6)


def test_the_regions_that_are_no_words_are_the_special_mass() -> None:
    mass = layer().special_mass[1, 0, :3]
    np.testing.assert_allclose(mass, np.add(SHARES["system"], SHARES["template"]), atol=1e-6)


def test_an_encoder_sees_every_token_and_a_region_without_tokens_has_no_lift() -> None:
    pieces = [piece for piece in PIECES if not piece.in_system]
    spans = [piece_spans(pieces)]
    axes = word_axes("encoder", 1, spans, spans, [word_spans(SENTENCES)])
    even = word_layer(torch.full((1, 1, 7, 7), 1 / 7), 0, axes)
    values = {name: float(quotient(part.numpy())[0, 0]) for name, part in regions(even).items()}
    for region, tokens in {"a": 3, "b": 1, "template": 3}.items():
        np.testing.assert_allclose(values[f"region.share.{region}"], tokens / 7, rtol=1e-5)
        np.testing.assert_allclose(values[f"region.lift.{region}"], 1, rtol=1e-5)
    assert values["region.share.system"] == 0
    assert np.isnan(values["region.lift.system"])


def test_of_one_pair_they_are_the_same() -> None:
    axis = word_axis(PIECES, SENTENCES, None)
    shares, even = pair_regions(np.array(PATTERN)[None, None], axis, [piece.region for piece in PIECES], causal=True)
    np.testing.assert_allclose(shares[0, 0], [np.mean(SHARES[region]) for region in REGIONS])
    np.testing.assert_allclose(even, [EVEN[region] / 3 for region in REGIONS])


def test_some_queries_after_others_add_up_to_the_whole_and_padding_adds_nothing() -> None:
    whole = layer()
    tokens = whole.tokens.clone()
    tokens[1, 0, len(PIECES) :] = torch.nan
    # No word has pieces on both sides of 5 or 8.
    parts = [regions(TokenLayer(0, whole.axes, tokens[:, :, a:b], a)) for a, b in ((0, 5), (5, 8), (8, 11))]
    for name, sums in regions(whole).items():
        torch.testing.assert_close(sum(part[name] for part in parts), sums)
