"""Files of the Hub, read in parts and where they are needed."""

import os

from huggingface_hub import HfApi, HfFileSystem


def hub_file_system() -> HfFileSystem:
    """``HF_ENDPOINT`` names a mirror, ``HF_TOKEN`` opens gated and private repositories."""
    return HfFileSystem(endpoint=os.environ.get("HF_ENDPOINT") or None, token=os.environ.get("HF_TOKEN") or None)


def hub_api() -> HfApi:
    """With the same settings."""
    return HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None, token=os.environ.get("HF_TOKEN") or None)
