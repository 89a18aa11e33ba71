"""Downloading a wheel by pip, whichever there is: the index, the mirror and the proxy are those that pip is set up
for.
"""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from mhattn_core.errors import Problem
from mhattn_core.locale import _

LOOKS_EVERY = 0.2
"""Seconds between two looks at how much is here."""
# Words of pip's own that mean: the index did not answer, or does not have it. Anything else is not the connection's
# fault.
NOT_REACHED = ("No matching distribution", "onnection", "timed out", "HTTP error")


def download_wheel(requirement: str, folder: Path, arrived: Callable[[int], object]) -> Path:
    """Download the one wheel of ``requirement`` into ``folder``, and nothing that it depends on; nothing is installed.

    arrived: called with the bytes that are here so far, again and again; what it raises ends the download. They are
    read off the growing file, since only pip 24.1 and newer tells programs how far it is.
    Raises Problem when there is no pip, and when pip fails.
    """
    options = [
        "--no-deps",
        "--only-binary=:all:",
        "--progress-bar=off",
        "--disable-pip-version-check",
        "--no-cache-dir",
    ]
    command = [*_pip(folder), "download", *options, "--dest", str(folder / "wheel"), requirement]
    while_it_comes = folder / "temporary"
    while_it_comes.mkdir()
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(while_it_comes))
    log = folder / "pip.log"
    with log.open("wb") as output:
        pip = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=os.environ | places)  # noqa: S603  no shell, and the words are the catalogue's
        try:
            while _still_runs(pip):
                arrived(_largest(while_it_comes))
        finally:
            pip.kill()
            pip.wait()
    if pip.returncode:
        raise _failed(requirement, log.read_text(encoding="utf-8", errors="replace"))
    return next((folder / "wheel").glob("*.whl"))


def _pip(folder: Path) -> list[str]:
    """The command that is this environment's pip; where it has none, as those that uv makes, one in an environment of
    ``folder`` for this once.
    """
    own = [sys.executable, "-m", "pip"]
    if _runs([*own, "--version"]):
        return own
    if _runs([sys.executable, "-m", "venv", str(folder / "environment")]):
        return [
            str(Path(sysconfig.get_path("scripts", "venv", {"base": str(folder / "environment")})) / "python"),
            "-m",
            "pip",
        ]
    by_uv = shlex.join(["uv", "pip", "install", "--python", sys.executable, "pip"])
    install = by_uv if shutil.which("uv") else "sudo apt-get install python3-pip python3-venv"
    raise Problem(
        _("This Python has no pip, which is what downloads the model."),
        _("Install pip, and try again: {command}").format(command=install),
        _("What was there before is unchanged."),
    )


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603  as above
    except OSError:
        return False


def _still_runs(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(LOOKS_EVERY)
    except subprocess.TimeoutExpired:
        return True
    return False


def _largest(folder: Path) -> int:
    """Bytes of the largest file: at the end pip makes a second one of the first."""
    sizes = [0]
    for path in folder.rglob("*"):
        try:
            sizes.append(path.stat().st_size if path.is_file() else 0)
        except OSError:  # pip has just taken it away
            continue
    return max(sizes)


def _failed(requirement: str, log: str) -> Problem:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    reason = next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1] if lines else "pip")
    return Problem(
        _("“{name}” could not be downloaded: {reason}").format(name=requirement, reason=reason),
        _("Check the connection to the package index that pip uses, and try again.")
        if any(words in log for words in NOT_REACHED)
        else _("See what pip says in a terminal: {command}").format(command=f"pip download --no-deps {requirement}"),
        _("What was there before is unchanged."),
    )
