"""What is made once for a result or a run, and is forgotten with it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

Of = TypeVar("Of")
P = ParamSpec("P")
Made = TypeVar("Made")


def once(make: Callable[Concatenate[Of, P], Made]) -> Callable[Concatenate[Of, P], Made]:
    """Decorates a function of an object that never changes: its values are kept as long as the object is.

    Other arguments are hashable. Who takes a value must not write into it.
    """
    made: WeakKeyDictionary[Any, dict[Any, Made]] = WeakKeyDictionary()

    @wraps(make)
    def kept(of: Of, /, *args: P.args, **options: P.kwargs) -> Made:
        values = made.setdefault(of, {})
        key = args, tuple(sorted(options.items()))
        if key not in values:
            values[key] = make(of, *args, **options)
        return values[key]

    return kept
