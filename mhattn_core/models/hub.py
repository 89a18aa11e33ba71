"""The Hub: a repository's config, tokenizer and safetensors, downloaded once; nothing else of it, never code."""

import os
import re
from pathlib import Path, PurePosixPath

from httpx2 import HTTPError
from huggingface_hub import HfApi, ModelInfo, hf_hub_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.hub_cache import INSIDE, cached
from mhattn_core.models.memory import budget
from mhattn_core.models.model_problems import did_you_mean, only_pickles, stands, too_big
from mhattn_core.models.pooling import MODULES
from mhattn_core.models.progress import Bar
from mhattn_core.models.quiet import first_line

WITH_WEIGHTS = {".json", ".txt", ".model", ".jinja", ".spm", ".codes", ".tiktoken"}
BYTES_OF_FLOAT32 = 4
OF_VECTORS = re.compile(r"\d_(Pooling|Dense|Normalize|LayerNorm)/(config\.json|model\.safetensors)")
"""Where repositories of sentence-transformers say how they make one vector of a sentence."""
ROBOT, OFFER = "SFconvertbot", "Adding `safetensors` variant of this model"


def snapshot(repository: str, revision: str | None = None, bytes_of_weight: int = BYTES_OF_FLOAT32) -> Path:
    """The folder of a repository's files in the Hub's cache; its name is the commit. Downloads what is not there yet.

    ``HF_ENDPOINT`` names a mirror, ``HF_TOKEN`` opens gated and private repositories, ``HF_HUB_CACHE`` the folder.
    Of a repository with pickles alone, the safetensors are taken that the Hub's own robot made of them, if it did.
    Without a connection the newest cached commit of the revision is taken.
    Raises Problem when the repository is missing, gated, only pickled, too big for the memory, or out of reach.
    """
    endpoint = os.environ.get("HF_ENDPOINT") or None
    token = os.environ.get("HF_TOKEN") or None
    try:
        api = HfApi(endpoint=endpoint, token=token)
        info = api.model_info(repository, revision=revision, files_metadata=True)
        if revision is None and not _weights(info) and (revision := _conversion(api, repository)):
            info = api.model_info(repository, revision=revision, files_metadata=True)
        for file in _wanted(repository, info, bytes_of_weight, revision or ""):
            # The revision as asked for, so that the cache learns which commit it names.
            path = Path(
                hf_hub_download(repository, file, revision=revision, endpoint=endpoint, token=token, tqdm_class=Bar)
            ).parents[file.count("/")]
    except GatedRepoError as error:
        raise Problem(
            _("“{name}” is open only to those who accepted its terms.").format(name=repository),
            _(
                "Accept them at https://huggingface.co/{name}, make a token there under Settings, and start again "
                "with it in HF_TOKEN."
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
        there = cached(repository, revision)
        if there is None:
            raise _unreachable(repository, error) from error
        return there
    return path


def _wanted(repository: str, info: ModelInfo, bytes_of_weight: int, asked: str) -> list[str]:
    """The files to download: of the top folder, and one set of safetensors. Raises Problem if there is none, or too
    much.
    """
    sizes, weights = _sizes(info), _weights(info)
    if not weights:
        if any(name.endswith(".bin") for name in sizes):
            revision = f" --revision {asked}" if asked else ""
            folder = PurePosixPath(f"{repository}-{asked}" if asked else repository).name
            raise only_pickles(repository, f"hf download {repository}{revision} --local-dir {folder}")
        raise Problem(
            _("“{name}” holds no weights as safetensors.").format(name=repository),
            _("Choose a model that does; the page of the model lists its files."),
            stands(),
        )
    parameters = info.safetensors.total if info.safetensors else 0
    needed = parameters * bytes_of_weight or sum(sizes[name] for name in weights)
    if needed > budget():
        raise too_big(repository, needed)
    every = [file.rfilename for file in info.siblings or ()]
    vectors = [name for name in every if OF_VECTORS.fullmatch(name) or name == MODULES]
    with_weights = [name for name in sizes if PurePosixPath(name).suffix in WITH_WEIGHTS]
    return list(dict.fromkeys((*vectors, *with_weights, *weights)))


def _sizes(info: ModelInfo) -> dict[str, int]:
    """Bytes of the files of the folder that holds the config: the top one, or that of the transformer inside."""
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    inside = INSIDE if "config.json" not in sizes and f"{INSIDE}config.json" in sizes else ""
    return {name: size for name, size in sizes.items() if "/" not in name.removeprefix(inside) and inside in name}


def _weights(info: ModelInfo) -> list[str]:
    """One set of safetensors: the whole, else its parts, else an adapter's."""
    names = [PurePosixPath(name) for name in _sizes(info) if name.endswith(".safetensors")]
    found = (
        [name for name in names if name.name == "model.safetensors"]
        or [name for name in names if name.name.startswith("model-")]
        or [name for name in names if name.name == "adapter_model.safetensors"]
    )
    return [str(name) for name in found]


def _conversion(api: HfApi, repository: str) -> str | None:
    """The open pull request in which the Hub's robot offers a repository's pickled weights as safetensors."""
    try:
        requests = list(
            api.get_repo_discussions(repository, author=ROBOT, discussion_type="pull_request", discussion_status="open")
        )
    except (HTTPError, OSError):
        return None  # a mirror need not have them
    # The author is looked at here too: anybody may open a request with this title.
    return next(
        (f"refs/pr/{request.num}" for request in requests if (request.author, request.title) == (ROBOT, OFFER)), None
    )


def _unreachable(repository: str, error: Exception) -> Problem:
    remedy = _("Try again, or set HF_ENDPOINT to a mirror of the Hub.")
    suggestion = did_you_mean(repository)
    if isinstance(error, HfHubHTTPError):
        happened = _("“{name}” could not be downloaded: {reason}").format(name=repository, reason=first_line(error))
    else:
        happened = _("“{name}” could not be downloaded (no connection).").format(name=repository)
    return Problem(happened, " ".join(filter(None, (suggestion, remedy))), stands())
