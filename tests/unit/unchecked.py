"""What people meet who give a function something wrong: under pytest its signature refuses that first."""

from collections.abc import Callable
from inspect import unwrap
from typing import TypeVar

Function = TypeVar("Function", bound=Callable[..., object])


def unchecked(function: Function) -> Function:
    """The function without the checks of types and shapes that `.pytest.ini` adds."""
    return unwrap(function)
