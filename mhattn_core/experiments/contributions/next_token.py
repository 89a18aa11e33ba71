"""What each head adds to the score of one next token by itself."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mhattn_core.attention.decode import decoded
from mhattn_core.errors import NotAvailable
from mhattn_core.experiments.contributions.word import WordContributions
from mhattn_core.experiments.direct_effect import reading
from mhattn_core.locale import _

Next = Literal["first", "text"]


@dataclass(frozen=True, eq=False)
class NextToken:
    """One next token. effects: ``[layer, head]``; score: of the token, against the mean of all; rank: 1 for the model's
    first choice.
    """

    token: str
    effects: np.ndarray
    score: float
    rank: int


def next_token(word: WordContributions, of: Next = "first") -> NextToken:
    """What each head adds to the score of the token after a word: the model's ``first`` choice, or the ``text``'s.

    Raises NotAvailable where the model predicts none, where what heads add does not reach its scores as a sum, and at
    the end of the text.
    """
    require_prediction(word)
    position = word.queries.pieces(word.unit)[-1]
    pieces = word.result.pieces(word.stack)[0]
    if of == "text" and position + 1 == len(pieces):
        raise NotAvailable(
            _("This is the last token of the text, so none comes next."),
            _("Choose the model's first choice, or an earlier word."),
        )
    scores = reading(word.result, position)
    if scores is None:
        raise NotAvailable(
            _(
                "Not available for {name}: what its heads add does not reach the prediction as a sum. Layers that "
                "normalise after adding, as those of BERT and Marian, change it on the way."
            ).format(name=word.name),
            _("Choose a model that normalises before its layers, such as smollm2."),
        )
    token = int(scores.scores.argmax()) if of == "first" else pieces[position + 1].id
    return NextToken(
        decoded(word.result.model, [token], special=True).strip(),
        scores.effects(word.added[:, :, position], token),
        float(scores.scores[token] - scores.scores.mean()),
        int((scores.scores > scores.scores[token]).sum()) + 1,
    )


def require_prediction(word: WordContributions) -> None:
    """Raises NotAvailable where the stack's heads add to no prediction."""
    if word.result.model.head != "language":
        raise NotAvailable(
            _("Not available: {name} has no language head, so it predicts no word that a head could add to.").format(
                name=word.name
            ),
            _("Choose a model that predicts words."),
        )
    if word.stack == "encoder":
        raise NotAvailable(
            _("Not available for an encoder: what its heads add reaches a prediction only through other layers."),
            _("Choose a causal model, or the stack decoder or cross."),
        )
