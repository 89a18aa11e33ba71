"""What of the Hub is on this machine already."""

from itertools import product
from pathlib import Path

from huggingface_hub import constants, try_to_load_from_cache
from huggingface_hub.file_download import repo_folder_name

INSIDE = "0_Transformer/"
"""Where the oldest repositories of sentence-transformers keep the transformer."""


def cached(repository: str, revision: str | None = None) -> Path | None:
    """The folder of a repository's files in the Hub's cache; None if its config and safetensors are not there.

    Without a revision: what ``main`` was when it was last asked for, else a pull request that was taken in its place.
    """
    requests = Path(
        constants.HF_HUB_CACHE, repo_folder_name(repo_id=repository, repo_type="model"), "refs", "refs", "pr"
    )
    instead = [] if revision else [f"refs/pr/{path.name}" for path in sorted(requests.glob("*"))]
    for wanted, file in product((revision, *instead), ("config.json", f"{INSIDE}config.json")):
        config = try_to_load_from_cache(repository, file, revision=wanted)
        if isinstance(config, str) and any(Path(config).parent.glob("*.safetensors")):
            return Path(config).parents[file.count("/")]
    return None
