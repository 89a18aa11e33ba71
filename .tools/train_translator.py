"""Train a small MarianMT translator from a two-column file of sentence pairs.

    pip install opencc sacrebleu
    python .tools/train_translator.py train PAIRS.tsv OUT --source en --target zh
    python .tools/train_translator.py evaluate PAIRS.tsv OUT --target zh

The result is an ordinary Marian folder: two SentencePiece models, one vocabulary, float16 safetensors.
Training goes on from the last finished epoch when it is started again on the same folder.
"""

import copy
import hashlib
import json
import math
import random
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sentencepiece
import torch
import typer
from torch.nn.functional import cross_entropy, pad
from transformers import GenerationConfig, MarianConfig, MarianMTModel, MarianTokenizer

Pair = tuple[str, str]
Encoded = tuple[list[int], list[int]]

HELD_OUT = 500
PIECES = {"zh": 5000}
PIECES_DEFAULT = 4000
TARGET_TOKENS_PER_BATCH = 1400
LABEL_SMOOTHING = 0.1
PEAK_RATE = 1.2e-3
WARM_UP = 800
JOINED_SHARE = 0.25  # this share of the training pairs is two or three pairs in a row, for longer sentences


def read_pairs(path: Path, *, swap: bool) -> list[Pair]:
    """Pairs of a tab-separated file, NFKC, Traditional characters to Simplified, repeats removed."""
    from opencc import OpenCC

    simplify = OpenCC("t2s").convert
    pairs: dict[Pair, None] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        columns = [simplify(unicodedata.normalize("NFKC", text)).strip() for text in line.split("\t")[:2]]
        if len(columns) == 2 and all(columns):
            first, second = columns
            pairs[(second, first) if swap else (first, second)] = None
    return list(pairs)


def split(pairs: list[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Training and held-out pairs; no source and no target sentence stands in both."""
    by_hash = sorted(pairs, key=lambda pair: hashlib.sha256("\t".join(sorted(pair)).encode()).digest())
    held_out = by_hash[:HELD_OUT]
    sources, targets = {source for source, _ in held_out}, {target for _, target in held_out}
    return [pair for pair in by_hash[HELD_OUT:] if pair[0] not in sources and pair[1] not in targets], held_out


def train_pieces(sentences: list[str], language: str, prefix: Path) -> list[str]:
    """Train one SentencePiece model at ``prefix.spm`` and return its pieces."""
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_prefix=str(prefix),
        vocab_size=PIECES.get(language, PIECES_DEFAULT),
        character_coverage=0.9999,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    prefix.with_suffix(".model").rename(prefix.with_suffix(".spm"))
    prefix.with_suffix(".vocab").unlink()
    processor = sentencepiece.SentencePieceProcessor(str(prefix.with_suffix(".spm")))
    return [processor.id_to_piece(index) for index in range(3, processor.get_piece_size())]


def make_tokenizer(pairs: list[Pair], source: str, target: str, out: Path) -> MarianTokenizer:
    """A Marian tokenizer in ``out``, as Helsinki-NLP lays it out: one vocabulary for both languages."""
    pieces = train_pieces([pair[0] for pair in pairs], source, out / "source")
    pieces += train_pieces([pair[1] for pair in pairs], target, out / "target")
    vocabulary = ["</s>", "<unk>", *dict.fromkeys(pieces), "<pad>"]
    (out / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(vocabulary)}, ensure_ascii=False))
    tokenizer = MarianTokenizer(
        source_spm=str(out / "source.spm"),
        target_spm=str(out / "target.spm"),
        vocab=str(out / "vocab.json"),
        source_lang=source,
        target_lang=target,
    )
    tokenizer.save_pretrained(out)
    return tokenizer


def make_model(tokenizer: MarianTokenizer) -> MarianMTModel:
    """3 + 3 layers, width 256, 8 heads: about seven million weights."""
    start = tokenizer.pad_token_id
    return MarianMTModel(
        MarianConfig(
            vocab_size=tokenizer.vocab_size,
            d_model=256,
            encoder_layers=3,
            decoder_layers=3,
            encoder_attention_heads=8,
            decoder_attention_heads=8,
            encoder_ffn_dim=1024,
            decoder_ffn_dim=1024,
            max_position_embeddings=512,
            activation_function="swish",
            dropout=0.25,
            attention_dropout=0.1,
            activation_dropout=0.1,
            scale_embedding=True,
            share_encoder_decoder_embeddings=True,
            tie_word_embeddings=True,
            pad_token_id=start,
            eos_token_id=tokenizer.eos_token_id,
            decoder_start_token_id=start,
            forced_eos_token_id=tokenizer.eos_token_id,
        )
    )


def encode(tokenizer: MarianTokenizer, pairs: list[Pair]) -> list[Encoded]:
    rows = tokenizer([pair[0] for pair in pairs], text_target=[pair[1] for pair in pairs])
    return list(zip(rows["input_ids"], rows["labels"], strict=True))


def join_some(rows: list[Encoded], chance: random.Random) -> list[Encoded]:
    """A part of the rows put in sequence by twos and threes, so that long sentences are met too."""
    rows = rows[:]
    chance.shuffle(rows)
    joined, start = [], 0
    while start < len(rows):
        count = chance.choice((2, 3)) if chance.random() < JOINED_SHARE else 1
        group = rows[start : start + count]
        inputs = [piece for row in group for piece in row[0][:-1]] + group[-1][0][-1:]
        labels = [piece for row in group for piece in row[1][:-1]] + group[-1][1][-1:]
        joined.append((inputs, labels))
        start += count
    return joined


def batches(rows: list[Encoded], padding: int, chance: random.Random) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Batches of similar length, in random order, as padded tensors ``[pair, position]``."""
    rows = sorted(rows, key=lambda row: (len(row[1]), len(row[0]), chance.random()))
    groups: list[list[Encoded]] = []
    group: list[Encoded] = []
    for row in rows:
        if group and (len(group) + 1) * max(len(row[0]), len(row[1])) > TARGET_TOKENS_PER_BATCH:
            groups.append(group)
            group = []
        group.append(row)
    groups.append(group)
    chance.shuffle(groups)
    for group in groups:
        yield _padded([row[0] for row in group], padding), _padded([row[1] for row in group], padding)


def _padded(rows: list[list[int]], padding: int) -> torch.Tensor:
    width = max(map(len, rows))
    return torch.stack([pad(torch.tensor(row), (0, width - len(row)), value=padding) for row in rows])


def batch_loss(model: MarianMTModel, inputs: torch.Tensor, labels: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Summed cross-entropy of the target pieces, in nats."""
    padding = model.config.pad_token_id
    shifted = torch.cat([torch.full_like(labels[:, :1], padding), labels[:, :-1]], dim=1)
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(input_ids=inputs, attention_mask=inputs != padding, decoder_input_ids=shifted).logits
    return cross_entropy(
        logits.float().flatten(0, 1),
        labels.flatten(),
        ignore_index=padding,
        label_smoothing=smoothing,
        reduction="sum",
    )


@torch.no_grad()
def held_out_loss(model: MarianMTModel, rows: list[Encoded]) -> float:
    """Cross-entropy per held-out target piece, in nats, without smoothing."""
    model.eval()
    padding = model.config.pad_token_id
    total = sum(batch_loss(model, *batch, 0.0).item() for batch in batches(rows, padding, random.Random(0)))
    return total / sum(len(labels) for _, labels in rows)


def learning_rate(step: int, steps: int) -> float:
    """Linear warm-up, then a cosine to nothing."""
    if step < WARM_UP:
        return PEAK_RATE * (step + 1) / WARM_UP
    return PEAK_RATE * 0.5 * (1 + math.cos(math.pi * min(1.0, (step - WARM_UP) / max(1, steps - WARM_UP))))


def save_best(model: MarianMTModel, out: Path) -> None:
    """Write float16 safetensors; the model in memory stays as it is."""
    half = copy.deepcopy(model).half()
    half.generation_config = GenerationConfig(
        num_beams=4,
        bad_words_ids=[[model.config.pad_token_id]],
        pad_token_id=model.config.pad_token_id,
        eos_token_id=model.config.eos_token_id,
        forced_eos_token_id=model.config.eos_token_id,
        decoder_start_token_id=model.config.decoder_start_token_id,
    )
    half.save_pretrained(out)


command = typer.Typer(add_completion=False)


@command.command()
def train(
    pairs_file: Path, out: Path, source: str = "en", target: str = "zh", swap: bool = False, epochs: int = 60
) -> None:
    """Train to the end and keep the epoch with the lowest held-out loss in OUT."""
    out.mkdir(parents=True, exist_ok=True)
    training, held_out = split(read_pairs(pairs_file, swap=swap))
    made = (out / "vocab.json").exists()
    tokenizer = MarianTokenizer.from_pretrained(out) if made else make_tokenizer(training, source, target, out)
    rows, held_out_rows = encode(tokenizer, training), encode(tokenizer, held_out)
    torch.manual_seed(0)
    model = make_model(tokenizer)
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    progress: dict[str, Any] = {"epoch": 0, "step": 0, "best": math.inf}
    checkpoint = out / "training.pt"
    if checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(stored["model"])
        optimizer.load_state_dict(stored["optimizer"])
        progress = stored["progress"]
    steps = epochs * sum(
        1 for _ in batches(join_some(rows, random.Random(0)), tokenizer.pad_token_id, random.Random(0))
    )

    for epoch in range(progress["epoch"], epochs):
        chance = random.Random(epoch)
        model.train()
        for inputs, labels in batches(join_some(rows, chance), tokenizer.pad_token_id, chance):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(progress["step"], steps)
            loss = batch_loss(model, inputs, labels, LABEL_SMOOTHING) / (labels != tokenizer.pad_token_id).sum()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            progress["step"] += 1
        loss = held_out_loss(model, held_out_rows)
        if loss < progress["best"]:
            progress["best"] = loss
            save_best(model, out)
        progress["epoch"] = epoch + 1
        typer.echo(f"epoch {epoch + 1} of {epochs}: held-out loss {loss:.4f} (best {progress['best']:.4f})")
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "progress": progress}
        torch.save(state, checkpoint.with_suffix(".part"))
        checkpoint.with_suffix(".part").replace(checkpoint)


@command.command()
def evaluate(pairs_file: Path, out: Path, target: str = "zh", swap: bool = False, examples: int = 20) -> None:
    """Translate the held-out pairs and print chrF, BLEU and every so-many-th translation, none picked."""
    import sacrebleu

    _training, held_out = split(read_pairs(pairs_file, swap=swap))
    tokenizer = MarianTokenizer.from_pretrained(out)
    model = MarianMTModel.from_pretrained(out, dtype=torch.float32).eval()
    translations: list[str] = []
    for start in range(0, len(held_out), 50):
        batch = tokenizer([source for source, _ in held_out[start : start + 50]], return_tensors="pt", padding=True)
        translations += tokenizer.batch_decode(model.generate(**batch, max_new_tokens=100), skip_special_tokens=True)
    references = [[reference for _, reference in held_out]]
    typer.echo(sacrebleu.corpus_chrf(translations, references))
    typer.echo(sacrebleu.corpus_bleu(translations, references, tokenize="zh" if target == "zh" else "13a"))
    for (source, reference), translation in list(zip(held_out, translations, strict=True))[
        :: len(held_out) // examples
    ]:
        typer.echo(f"| {source} | {reference} | {translation} |")


if __name__ == "__main__":
    command()
