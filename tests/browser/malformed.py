"""Addresses that nobody should type, at a shared copy: every page answers, and tells nothing of its machine.

By hand: ``PYTHONPATH=. python tests/browser/malformed.py [HOW MANY]``.
"""

import asyncio
import os
import random
import sys
from collections import Counter

from container import ROOT
from load import serving
from session import Session, View

from mhattn_core.cli.terminal import print_table

HOW_MANY = 500
SECRET = "mhattn-secret-8d1f"  # noqa: S105  stands in the server's environment
NEVER = (b"Traceback (most", b"site-packages", str(ROOT).encode(), b"/usr/lib/", b"/root/", SECRET.encode())
PAGES = ("", "overview", *sorted(path.stem for path in (ROOT / "pages").glob("*.py")), "no_such_page", "../etc/passwd")
PARAMETERS = (
    *("models", "pair", "head", "run", "evidence", "tab", "lang", "view", "by", "stack", "source", "target", "model"),
    *("with", "relation", "measure", "query", "key", "pinned", "chapter", "document", "quantity", "layer", "direction"),
)
VALUES = (
    *("", " ", "minilm", "smollm2", "L2 H0", "L99 H99", "minilm · L2 H0", "ewt-dev", "zh", "-1", "0", "1e999", "NaN"),
    *("../../etc/passwd", "/etc/passwd", "~/.ssh/id_rsa", "C:\\Windows\\win.ini", "file:///etc/passwd", "a" * 3000),
    *(
        "<script>alert(1)</script>",
        "{{7*7}}",
        "${HOME}",
        "%s%n",
        "'; DROP TABLE runs;--",
        "\x00",
        "\ud800",
        "￿",
        "🐈" * 50,
    ),
    *("minilm@random", "minilm+minilm", "minilm@{1,2}", "hf://datasets/a/b", "owner/name@main", "0" * 32, "=1+1", "[]"),
)


def address(dice: random.Random) -> tuple[str, dict[str, str | list[str]]]:
    """A page and parameters, each of which may stand there several times."""
    chosen = dice.sample(PARAMETERS, dice.randint(1, 5))
    values = {
        name: [dice.choice(VALUES).encode(errors="replace").decode() for _one in range(dice.choice((1, 1, 3)))]
        for name in chosen
    }
    return dice.choice(PAGES), {name: several if len(several) > 1 else several[0] for name, several in values.items()}


async def outcome(server: str, page: str, parameters: dict[str, str | list[str]]) -> tuple[str, View]:
    async with Session(server) as session:
        view = await asyncio.wait_for(session.open(page, **parameters), 300)
    told = [bad.decode() for bad in NEVER if bad in view.content]
    return (f"TELLS {told}" if told else "an error, told" if view.errors else "drawn"), view


async def main(how_many: int) -> None:
    os.environ["MHATTN_UNTOLD"] = SECRET
    dice, outcomes = random.Random(0), Counter[str]()
    with serving() as (server, _process):
        for _number in range(how_many):
            page, parameters = address(dice)
            how, view = await outcome(server, page, parameters)
            outcomes[how] += 1
            if how.startswith("TELLS") or any("did not foresee" in error for error in view.errors):
                outcomes["unforeseen"] += 1
                print_table(
                    [{"page": page, "parameters": f"{parameters}"[:300], "told": how, "errors": f"{view.errors}"}]
                )
    print_table([{"what came of it": how, "addresses": number} for how, number in outcomes.most_common()])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else HOW_MANY))
