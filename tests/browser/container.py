"""What the container of a shared copy says, instruction by instruction."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTAINERFILE = ROOT / ".github" / "Containerfile"
PORT = "7860"


def instructions() -> list[tuple[str, str]]:
    """Its instructions in order, such as ``("COPY", "pages pages")``."""
    text = re.sub(r"\\\n\s*", " ", CONTAINERFILE.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _space, rest in (line.partition(" ") for line in lines)]


def command(instruction: str, port: int) -> list[str]:
    """The command of ``CMD`` or ``HEALTHCHECK``, for this port of the loopback."""
    (said,) = [rest for name, rest in instructions() if name == instruction]
    words: list[str] = json.loads(said[said.index("[") :])
    return [word.replace(PORT, str(port)).replace("0.0.0.0", "127.0.0.1") for word in words]  # noqa: S104
