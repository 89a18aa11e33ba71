"""Direct logit attribution over texts: what each head adds by itself to the score of the word that comes next."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor

from mhattn_core.attention.objectives import NOT_ASKED, Objective, tasks
from mhattn_core.attention.values import rows_of_heads
from mhattn_core.experiments.ablation.texts import AblationText
from mhattn_core.experiments.ablation.trials import BATCH
from mhattn_core.experiments.direct_effect import Readout, readout
from mhattn_core.experiments.residual import watch_modules
from mhattn_core.heads import HEAD_COLUMNS, Head
from mhattn_core.measures.ablation.effects import effects, ends, mean_of, paired_p
from mhattn_core.measures.roles.significance import adjusted
from mhattn_core.models.model import Model
from mhattn_core.tap.gates import through_gates
from mhattn_core.tap.interface import Call

COLUMNS = (
    *("model", "stack", "layer", "head", "direct", "low", "high"),
    *("other", "specific", "specific_low", "specific_high", "p", "q", "total", "n", "units"),
)


def attribution_table(
    model: Model, texts: Sequence[AblationText], *, tell: Callable[[int], object] = lambda _texts: None
) -> pd.DataFrame:
    """Rows of ``attribution.parquet``: of each head of the stacks that add to a decoder's scores the mean over all words
    asked for of what it adds to the logit of the right token, less the mean over all tokens; in logits.

    other: the same for a token that is right elsewhere in the same text, at the same positions: what the head gives to
    the text's words wherever they stand. specific: direct less other, p two-sided and q over heads. total: the logit of
    the right token less the mean logit, of which ``direct`` of all heads is a part; feed-forward layers and embeddings
    are the rest. tell: so many texts more were read. Intervals resample units. No rows for a model whose heads do not
    reach its scores as a sum (see ``readout``). Source: Elhage et al. 2021, direct paths; the control is ours.
    """
    batches, _problems = tasks(
        model, [text.pair for text in texts], scored_from=[text.scored_from for text in texts], tokens=BATCH
    )
    read = readout(model, batches[0].inputs) if batches else None
    if read is None:
        return pd.DataFrame(columns=COLUMNS)
    heads = [head for head in model.attention.all_heads() if head.stack != "encoder"]
    sums = np.zeros((2, len(heads), len(texts)))
    total, counts = np.zeros(len(texts)), np.zeros(len(texts))
    for task in batches:
        added, scores = effects_of_heads(model, read, task)
        numbers = [row.number for row in task.rows]
        sums[:, :, numbers] = np.stack([added[head] for head in heads], axis=1)
        total[numbers], counts[numbers] = scores, task.counts
        tell(len(task.rows))
    units = [text.unit for text in texts]
    direct = effects(sums[0], np.zeros(len(texts)), counts, units)
    difference = sums[0] - sums[1]
    low, high = ends(difference, counts, units)
    p = paired_p(difference, counts, units)
    table = pd.DataFrame(heads, columns=HEAD_COLUMNS[1:]).assign(
        model=model.name,
        direct=direct["delta"],
        low=direct["low"],
        high=direct["high"],
        other=mean_of(sums[1], counts),
        specific=mean_of(difference, counts),
        specific_low=low,
        specific_high=high,
        p=p,
        q=adjusted(p),
        total=mean_of(total[None], counts)[0],
        n=direct["n"],
        units=direct["units"],
    )
    return table[list(COLUMNS)]


@torch.no_grad()
def effects_of_heads(
    model: Model, read: Readout, task: Objective
) -> tuple[dict[Head, Float[np.ndarray, "token row"]], Float[np.ndarray, " row"]]:
    """Of each head, summed over the words of each row that are asked for, what it adds to the logit of the right token
    and of another that is right elsewhere in the row, less the mean over tokens: ``[2, row]``; and the logits of the
    right tokens, less the mean over tokens, summed: ``[row]``.
    """
    if task.targets is None:
        raise ValueError("these texts are asked for no words")
    rows, positions = torch.nonzero(task.targets != NOT_ASKED, as_tuple=True)
    right = task.targets[rows, positions]
    outputs: dict[tuple[str, int], Tensor] = {}

    def watch(call: Call) -> None:
        if call.stack != "encoder":
            outputs[call.stack, call.layer] = call.output[rows, positions].float()

    sites = {
        stack: [
            site if site.projection is None else replace(site, projection=read.own.copies[site.projection])
            for site in of
        ]
        for stack, of in model.attention.sites.items()
    }
    watching = watch_modules([read.before, read.head])
    with watching as ran, through_gates(sites, watch) as shown, read.own.watching(shown):
        read.own.network(**task.inputs, use_cache=False)
    given, asked = (tensor[rows, positions] for tensor in read.given_and_asked(ran))
    scale = read.scale(given, asked)
    if scale is None:
        raise ValueError("the last norm does not do here what it did on the first texts")
    unembedding = read.unembedding.float()
    mean = unembedding.mean(dim=0)
    directions = torch.stack([(unembedding[tokens] - mean) * scale for tokens in (right, _others(rows, right))]).float()
    if read.norm.centred:
        directions = directions - directions.mean(dim=-1, keepdim=True)
    of_row = torch.zeros(len(task.rows), len(rows), device=rows.device)
    of_row[rows, torch.arange(len(rows), device=rows.device)] = 1
    added: dict[Head, np.ndarray] = {}
    for (stack, layer), output in outputs.items():
        site = model.attention.sites[stack][layer]
        if site.projection is None:
            raise ValueError("a readout knows the projection of every layer")
        through = rows_of_heads(site.projection, site.heads, output.shape[-1]).float()
        effect = torch.einsum("phv,hvm,tpm->thp", output, through, directions)
        summed = (effect @ of_row.T).double().cpu().numpy()
        added |= {Head(stack, layer, head): summed[:, head] for head in range(site.heads)}
    logits = ((unembedding[right] - mean) * asked.float()).sum(dim=-1)
    return added, (of_row @ logits).double().cpu().numpy()


def _others(rows: Int[Tensor, " asked"], right: Int[Tensor, " asked"]) -> Int[Tensor, " asked"]:
    """Of each word asked for, the right token of the one that is half as many words further on in its row, counted
    round.
    """
    others = right.clone()
    for row in range(int(rows.max()) + 1):
        own = right[rows == row]
        others[rows == row] = own.roll(len(own) // 2)
    return others
