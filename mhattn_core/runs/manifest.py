"""What a run is: the models, the corpus and the settings that its numbers follow from."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.measures.ablation.quantities import OFF_BY, Off
from mhattn_core.models.precision import precision_of
from mhattn_core.runs.files import write_json
from mhattn_core.text.feeding import AS_PAIR, Feeding
from mhattn_core.version import VERSION

FILE = "manifest.json"
OF_DATASET = ("dataset", "licence", "sampled", "columns")
"""Where the pairs come from is no part of what they are, which ``corpus`` says."""


@dataclass(frozen=True)
class Manifest:
    """``models``: name and revision of each; ``corpus``: a hash of the pairs; ``finished``: whether the tables are
    there; ``resources``: what was told beside the pairs; ``feeding``: how they were fed; ``ablation``: how the study of
    ablation switches heads off; ``dataset``: the address, with
    its commit, of the data set of the Hub of which ``sampled`` rows are the pairs, ``licence``: the one that it
    declares, ``columns``: which of its columns hold what, as ``--columns`` takes it.
    """

    models: tuple[tuple[str, str], ...]
    corpus: str
    pairs: int
    measures: tuple[str, ...]
    keep_sentences: bool = True
    finished: bool = False
    version: str = VERSION
    resources: str = ""
    feeding: Feeding = AS_PAIR
    ablation: Off = OFF_BY
    dataset: str = ""
    licence: str = ""
    sampled: int = 0
    columns: str = ""

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits; the same for the same models, corpus, settings and version, anywhere."""
        told = {
            name: value
            for name, value in self._told().items()
            if name not in ("finished", *OF_DATASET)
            and (name, value) not in (("resources", ""), ("feeding", AS_PAIR.stated), ("ablation", OFF_BY))
        }
        return blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=6).hexdigest()

    @property
    def dtype(self) -> str:
        """The type of the weights, as the revisions of the models say it."""
        return precision_of(" ".join(revision for _name, revision in self.models))

    def write(self, folder: Path) -> None:
        told = {name: value for name, value in self._told().items() if value or name not in OF_DATASET}
        write_json(folder / FILE, {"id": self.id, **told})

    def _told(self) -> dict[str, Any]:
        return asdict(self) | {"feeding": self.feeding.stated}

    @classmethod
    def read(cls, folder: Path) -> "Manifest | None":
        """None where there is no run. Raises Problem when its manifest cannot be read."""
        try:
            told: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
            told.pop("id")
            models = tuple((name, revision) for name, revision in told.pop("models"))
            feeding = Feeding(**told.pop("feeding", {}))
            return cls(models=models, measures=tuple(told.pop("measures")), feeding=feeding, **told)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, Problem) as error:
            raise Problem(
                _("The run in “{folder}” cannot be read: its manifest is damaged, or of another version.").format(
                    folder=folder
                ),
                _("Choose another folder, or delete this one."),
            ) from error


def refuse_another(folder: Path, there: Manifest, wanted: Manifest) -> None:
    """Raise Problem when the run in ``folder`` is not the one that is wanted, saying in what."""
    names = {
        "version": _("the version of mhattn"),
        "corpus": _("the pairs"),
        "models": _("the models"),
        "measures": _("the measures"),
        "keep_sentences": _("whether sentences are kept"),
        "feeding": _("how the pairs are fed"),
        "ablation": _("how heads are switched off"),
        "resources": _("the lexicon, the vectors or the pattern"),
    }
    differing: Sequence[str] = [said for name, said in names.items() if getattr(there, name) != getattr(wanted, name)]
    if differing:
        raise Problem(
            _("“{folder}” holds another run; what differs: {what}.").format(folder=folder, what=listed(differing)),
            _("Choose another folder: runs are never mixed."),
        )
