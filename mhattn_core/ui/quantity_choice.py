"""Quantities as choices: their full names, with their names in tables behind the question mark."""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter

from mhattn_core.locale import _
from mhattn_core.measures.quantities import Quantity
from mhattn_core.ui.choices import choose


def choose_quantity(
    label: str,
    offered: Mapping[str, Quantity],
    *,
    key: str,
    default: str | None = None,
    pills: bool = False,
    named: Callable[[Quantity], str] = attrgetter("title"),
) -> Quantity:
    """One of the offered quantities, by default the first; the address holds its name in tables.

    named: what each is called here, where that is not its title.
    """
    chosen = choose(
        label,
        {code: named(one) for code, one in offered.items()},
        key=key,
        default=default or next(iter(offered)),
        pills=pills,
        help_text=_names_in_tables(offered.values(), named),
    )
    return offered[chosen]


def _names_in_tables(offered: Iterable[Quantity], named: Callable[[Quantity], str] = attrgetter("title")) -> str:
    """Each full name with the name in tables, in Markdown."""
    return _("Names in tables:") + "\n" + "\n".join(f"- {named(one)}: `{one.code}`" for one in offered)
