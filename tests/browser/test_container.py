"""The container of a shared copy. The server of all browser tests is started by its command."""

import subprocess
import sys
from urllib.parse import urlsplit

from container import PORT, ROOT, command, instructions

SHIPPED = {"requirements.txt", ".streamlit", "mhattn_core", "pages", "dashboard.py"}


def test_it_copies_what_the_dashboard_needs_and_runs_for_everybody_but_root() -> None:
    said = instructions()
    copied = {rest.split()[-2] for name, rest in said if name == "COPY"}
    assert copied == SHIPPED
    assert all((ROOT / name).exists() for name in copied)
    names = [name for name, _rest in said]
    assert dict(said)["USER"] == "1000"
    assert names.index("USER") < names.index("CMD")
    assert "MHATTN_HOSTED=1" in dict(said)["ENV"].split()
    assert dict(said)["EXPOSE"] == PORT


def test_its_health_check_passes_while_it_runs_and_fails_when_it_does_not(server: str) -> None:
    port = urlsplit(server).port or 0
    for asked, healthy in ((port, True), (1, False)):
        python, *arguments = command("HEALTHCHECK", asked)
        assert python == "python"
        done = subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
        assert (done.returncode == 0) is healthy
