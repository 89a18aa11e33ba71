"""The models that are kept in memory, under a budget of bytes, for everybody who uses this process."""

import gc
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from threading import Lock, RLock
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.control_names import trained_name
from mhattn_core.models.memory import budget
from mhattn_core.models.model_problems import stands, too_big
from mhattn_core.models.precision import FLOAT32

if TYPE_CHECKING:
    from mhattn_core.models.model import Model


Key = tuple[str, str]
"""Name and type of the weights: the same model in two precisions is two."""


class Resident:
    """A pool of models. ``get`` from many threads; the least recently used go first when bytes are needed.

    In use means: somebody else holds a reference. There is nothing to give back, so nothing can be forgotten, and a
    model that a page draws from stays whole and stays counted until the page has let go of it.
    """

    def __init__(self, on_pressure: Callable[[], object] = lambda: None) -> None:
        """on_pressure: called before models are dropped; it should let go of what keeps them alive, such as caches."""
        self._on_pressure = on_pressure
        self._models: OrderedDict[Key, Model] = OrderedDict()
        self._alive: WeakValueDictionary[Key, Model] = WeakValueDictionary()
        self._lock = RLock()
        self._reading = Lock()
        self._lock_of: defaultdict[Key, Lock] = defaultdict(Lock)

    def get(self, name: str, dtype: str = FLOAT32) -> "Model":
        """The model of this name with weights of this type, loaded if it is not here; two who ask at once load it once.

        Downloads go on side by side, weights are read one model at a time, after room has been made for them.
        Raises Problem as ``load`` does, and when all memory is taken by models that are in use.
        """
        key = name, dtype
        with self._lock:
            lock = self._lock_of[key]
        with lock:
            model = self._again(key)
            if model is None:
                # Networks take seconds to import; the pool is asked what it holds before any is needed.
                from mhattn_core.models.load import read
                from mhattn_core.models.options import LoadOptions
                from mhattn_core.models.sources import find

                options = LoadOptions(dtype=dtype)
                source = find(trained_name(name), options.bytes_of_weight)
                with self._reading:
                    self._make_room(name, source.count * options.of_files(source.folder).bytes_of_weight)
                    model = read(name, source, options)
                    self._keep(key, model)
            return model

    def names(self, dtype: str = FLOAT32) -> list[str]:
        """Names of the models in memory with weights of this type, the least recently used first."""
        with self._lock:
            return [name for name, of in self._models if of == dtype]

    def size(self) -> int:
        """Bytes that the weights of all models take which are alive, whether kept here or still in use."""
        with self._lock:
            return sum(map(weight, self._alive.values()))

    def _again(self, key: Key) -> "Model | None":
        with self._lock:
            model = self._alive.get(key)
            if model is not None:
                self._keep(key, model)
            return model

    def _keep(self, key: Key, model: "Model") -> None:
        with self._lock:
            self._models[key] = self._alive[key] = model
            self._models.move_to_end(key)

    def _make_room(self, name: str, needed: int) -> None:
        if needed > budget():
            raise too_big(name, needed)
        if self._fits(needed):
            return
        self._on_pressure()
        with self._lock:
            for oldest in list(self._models):
                if self._fits(needed):
                    return
                self._drop(oldest)
            if not self._fits(needed):
                raise Problem(
                    _("There is no memory for “{name}” now: the models that fill it are in use.").format(name=name),
                    _("Try again in a moment, choose fewer models at once, or allow more bytes in MHATTN_MODEL_BYTES."),
                    stands(),
                )

    def _fits(self, needed: int) -> bool:
        return self.size() + needed <= budget()

    def _drop(self, key: Key) -> None:
        """Let a model go; if somebody uses it, it lives on, and keeps its place."""
        place = list(self._models).index(key)
        del self._models[key]
        gc.collect()  # modules refer to one another in circles
        model = self._alive.get(key)
        if model is not None:
            self._models[key] = model
            for later in [*self._models][place:-1]:
                self._models.move_to_end(later)


def weight(model: "Model") -> int:
    """Bytes of a model's parameters and buffers, its writer's too; shared (tied) ones count once."""
    networks = [one.network for one in (model, model.writer) if one]
    tensors = [tensor for network in networks for tensor in (*network.parameters(), *network.buffers())]
    return sum({tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in tensors}.values())
