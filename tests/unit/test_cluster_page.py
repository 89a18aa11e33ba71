"""The page for scale says what there is."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from typer.main import get_command

from mhattn_core.cli import command
from mhattn_core.runs import on_ray

PAGE = (Path(__file__).parents[2] / ".github" / "CLUSTER.md").read_text(encoding="utf-8")


def test_its_commands_are_those_of_the_command_line() -> None:
    known = get_command(command).commands  # type: ignore[attr-defined]
    lines = re.findall(r"^(?:  entrypoint: )?mhattn (\w+)(.*?)(?:#.*)?$", PAGE, re.MULTILINE)
    assert {name for name, _rest in lines} == {"analyze", "bench"}
    for name, rest in lines:
        options = {one for parameter in known[name].params for one in parameter.opts}
        assert set(re.findall(r"--\w+", rest)) <= options, rest


def test_its_kubernetes_job_is_a_job_with_one_image() -> None:
    job = yaml.safe_load(re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1])  # type: ignore[index]
    cluster = job["spec"]["rayClusterSpec"]
    (workers,) = cluster["workerGroupSpecs"]
    assert workers["template"] == cluster["headGroupSpec"]["template"]
    assert workers["minReplicas"] <= workers["replicas"] <= workers["maxReplicas"]


def test_a_cluster_of_this_machine_joins_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []
    ray = SimpleNamespace(is_initialized=lambda: False, init=lambda **given: asked.append(given))
    monkeypatch.setitem(sys.modules, "ray", ray)
    assert on_ray.connected(None, 3) is ray
    assert (asked[0]["address"], asked[0]["num_cpus"]) == ("local", 3)
    on_ray.connected("auto", 3)
    assert asked[1]["address"] == "auto"
    assert "num_cpus" not in asked[1]


@pytest.mark.parametrize(("memory", "workers"), [(10**9, 3 + 2), (3 * 10**9, 1 + 2), (9 * 10**9, 0)])
def test_workers_fit_cores_and_memory_of_each_machine(memory: int, workers: int) -> None:
    nodes = [
        {"Alive": True, "Resources": {"CPU": 8.0, "memory": 3.5e9}},
        {"Alive": True, "Resources": {"CPU": 2.0, "memory": 8e9}},
        {"Alive": False, "Resources": {"CPU": 99.0, "memory": 9e99}},
        {"Alive": True, "Resources": {}},
    ]
    assert on_ray._room(SimpleNamespace(nodes=lambda: nodes), memory) == workers
