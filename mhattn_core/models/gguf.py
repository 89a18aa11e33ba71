"""GGUF files: turned once into an ordinary folder of safetensors, since reading one takes half a minute."""

from pathlib import Path

import torch
from safetensors.torch import save_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.cache import written_beside
from mhattn_core.models.catalogue import converted_folder
from mhattn_core.models.digest import file_digest
from mhattn_core.models.fit import check_fit, fit_of
from mhattn_core.models.quiet import first_line, quiet
from mhattn_core.models.random_weights import BUILDING


def converted(file: Path, sha256: str | None = None) -> Path:
    """The folder made from a GGUF file, in the cache; made now if it is not there. The file's SHA-256 is its key.

    The weights are float32: dequantised ones have more digits than float16 holds, so a float16 copy would differ from
    what the file says, and would have to be widened at every load, where float32 is mapped into memory as it is.
    Raises Problem when the file is damaged or incomplete, or its architecture cannot be read.
    """
    folder = converted_folder(sha256 or file_digest(file))
    if folder.is_dir():
        return folder
    where = {"gguf_file": file.name, "local_files_only": True, "trust_remote_code": False}
    try:
        with quiet(), written_beside(folder) as beside:
            AutoTokenizer.from_pretrained(file.parent, **where).save_pretrained(beside)
            with BUILDING:
                network, info = AutoModelForCausalLM.from_pretrained(
                    file.parent, dtype=torch.float32, output_loading_info=True, **where
                )
            check_fit(file.name, network, fit_of(network, info))
            # Not save_pretrained: it takes the network for quantised still, and refuses.
            del network.config.quantization_config
            network.config.save_pretrained(beside)
            network.generation_config.save_pretrained(beside)
            save_model(network, str(beside / "model.safetensors"), metadata={"format": "pt"})
    except Problem:
        raise
    except Exception as error:  # readers of a format without a checksum fail in every way there is
        raise Problem(
            _("The GGUF file “{file}” cannot be read: {reason}").format(file=file.name, reason=first_line(error)),
            _(
                "Fetch the file again, or choose a model with safetensors; not every architecture can be read from "
                "GGUF."
            ),
            _("The file was not changed."),
        ) from error
    return folder
