"""What the numbers of classes stand for, as data sets of the Hub say it in their files."""

import json
from collections.abc import Mapping
from typing import Any

KEY = b"huggingface"


def class_names(metadata: Mapping[bytes, bytes] | None) -> dict[str, dict[Any, str | None]]:
    """By column, for each number the name of its class; -1, which stands for none, has no name."""
    try:
        features = json.loads((metadata or {})[KEY])["info"]["features"]
        return {
            name: {-1: None} | {number: str(label) for number, label in enumerate(feature["names"])}
            for name, feature in features.items()
            if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
        }
    except (KeyError, ValueError, TypeError, AttributeError):
        return {}
