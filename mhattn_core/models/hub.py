"""The Hub: a repository's config, tokenizer and safetensors, downloaded once; nothing else of it, never code."""

import os
from pathlib import Path, PurePosixPath

from httpx2 import HTTPError
from huggingface_hub import HfApi, ModelInfo, hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, HFValidationError, RepositoryNotFoundError, RevisionNotFoundError

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.memory import budget
from mhattn_core.models.quiet import first_line
from mhattn_core.models.said import did_you_mean, only_pickles, stands, too_big

WITH_WEIGHTS = {".json", ".txt", ".model", ".jinja", ".spm", ".codes", ".tiktoken"}
BYTES_OF_FLOAT32 = 4


def snapshot(repository: str, revision: str | None = None) -> Path:
    """The folder of a repository's files in the Hub's cache; its name is the commit. Downloads what is not there yet.

    ``HF_ENDPOINT`` names a mirror, ``HF_TOKEN`` opens gated and private repositories, ``HF_HUB_CACHE`` the folder.
    Without a connection the newest cached commit of the revision is taken.
    Raises Problem when the repository is missing, gated, only pickled, too big for the memory, or out of reach.
    """
    endpoint = os.environ.get("HF_ENDPOINT") or None
    token = os.environ.get("HF_TOKEN") or None
    try:
        info = HfApi(endpoint=endpoint, token=token).model_info(repository, revision=revision, files_metadata=True)
        for file in _wanted(repository, info):
            # The revision as asked for, so that the cache learns which commit it names.
            path = Path(hf_hub_download(repository, file, revision=revision, endpoint=endpoint, token=token))
    except GatedRepoError as error:
        raise Problem(
            _("“{name}” is open only to those who accepted its terms.").format(name=repository),
            _(
                "Accept them at https://huggingface.co/{name}, make a token there under Settings, and start again with it in HF_TOKEN."
            ).format(name=repository),
            stands(),
        ) from error
    except RevisionNotFoundError as error:
        raise Problem(
            _("“{name}” has no revision “{revision}”.").format(name=repository, revision=revision),
            _("Leave out what stands behind @, or name a branch, a tag or a commit of the repository."),
            stands(),
        ) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise Problem(
            _("There is no model “{name}” on the Hub, or it is private.").format(name=repository),
            did_you_mean(repository) or _("Check the name; a private model needs a token in HF_TOKEN."),
            stands(),
        ) from error
    except (HTTPError, OSError) as error:
        cached = _cached(repository, revision)
        if cached is None:
            raise _unreachable(repository, error) from error
        return cached
    return path.parent


def _wanted(repository: str, info: ModelInfo) -> list[str]:
    """The files to download: of the top folder, and one set of safetensors. Raises Problem if there is none, or too much."""
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or () if "/" not in file.rfilename}
    weights = [name for name in sizes if name.endswith(".safetensors")]
    weights = [name for name in weights if name == "model.safetensors"] or [name for name in weights if name.startswith("model-")]
    if not weights:
        if any(name.endswith(".bin") for name in sizes):
            raise only_pickles(repository, f"hf download {repository} --local-dir {PurePosixPath(repository).name}")
        raise Problem(
            _("“{name}” holds no weights as safetensors.").format(name=repository),
            _("Choose a model that does; the page of the model lists its files."),
            stands(),
        )
    parameters = info.safetensors.total if info.safetensors else 0
    needed = parameters * BYTES_OF_FLOAT32 or sum(sizes[name] for name in weights)
    if needed > budget():
        raise too_big(repository, needed)
    return [name for name in sizes if PurePosixPath(name).suffix in WITH_WEIGHTS] + weights


def _cached(repository: str, revision: str | None) -> Path | None:
    config = try_to_load_from_cache(repository, "config.json", revision=revision)
    if not isinstance(config, str) or not any(Path(config).parent.glob("*.safetensors")):
        return None
    return Path(config).parent


def _unreachable(repository: str, error: Exception) -> Problem:
    remedy = _("Try again, or set HF_ENDPOINT to a mirror of the Hub.")
    suggestion = did_you_mean(repository)
    if isinstance(error, HfHubHTTPError):
        happened = _("“{name}” could not be downloaded: {reason}").format(name=repository, reason=first_line(error))
    else:
        happened = _("“{name}” could not be downloaded (no connection).").format(name=repository)
    return Problem(happened, " ".join(filter(None, (suggestion, remedy))), stands())
