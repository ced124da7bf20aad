import importlib.util
import json
import pathlib
import subprocess

import keras
import pytest
from processes import run

from kerasgan.training import RunError, make_strategy
from kerasgan.training.cluster import check_alone, is_chief, scheduled_workers, several

CLUSTER = pathlib.Path(__file__).parents[2] / "docs" / "cluster"
SKYPILOT = {"SKYPILOT_NODE_IPS": "10.0.0.1\n10.0.0.2", "SKYPILOT_NODE_RANK": "1"}
KUBERNETES = {
    "KERASGAN_WORKERS": "3",
    "KERASGAN_SERVICE": "gan",
    "HOSTNAME": "my-job-2",
    "JOB_COMPLETION_INDEX": "2",
}


def test_workers_find_each_other_by_what_their_scheduler_says():
    assert scheduled_workers({}) is None
    assert scheduled_workers(SKYPILOT) == (["10.0.0.1:2222", "10.0.0.2:2222"], 1)
    names = ["my-job-0.gan:2222", "my-job-1.gan:2222", "my-job-2.gan:2222"]
    assert scheduled_workers(KUBERNETES) == (names, 2)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        (SKYPILOT | {"SKYPILOT_NODE_RANK": "2"}, "SKYPILOT_NODE_RANK=2 .* one of 2 workers"),
        (SKYPILOT | {"SKYPILOT_NODE_RANK": "-1"}, "SKYPILOT_NODE_RANK=-1"),
        (KUBERNETES | {"KERASGAN_WORKERS": "two"}, "KERASGAN_WORKERS=two must be a number"),
        (KUBERNETES | {"KERASGAN_SERVICE": ""}, "KERASGAN_SERVICE= a headless"),
        (KUBERNETES | {"HOSTNAME": "pod"}, "HOSTNAME=pod"),
        (KUBERNETES | {"JOB_COMPLETION_INDEX": "3"}, "JOB_COMPLETION_INDEX=3"),
    ],
)
def test_contradictions_are_told(environment, message):
    with pytest.raises(RunError, match=message):
        scheduled_workers(environment)


def test_workers_do_not_train_alone_by_mistake(monkeypatch):
    for name, value in SKYPILOT.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(RunError, match="one of 2 workers.*strategy=multi_worker"):
        check_alone()
    monkeypatch.setenv("SKYPILOT_NODE_IPS", "10.0.0.1")
    monkeypatch.setenv("SKYPILOT_NODE_RANK", "0")
    check_alone()
    assert make_strategy("auto").num_replicas_in_sync == 1


@pytest.mark.parametrize(
    "environment",
    [
        {
            "TF_CONFIG": json.dumps(
                {
                    "cluster": {"worker": ["localhost:2222"]},
                    "task": {"type": "worker", "index": 0},
                }
            )
        },
        {"SKYPILOT_NODE_IPS": "10.0.0.1", "SKYPILOT_NODE_RANK": "0"},
        {
            "SLURM_PROCID": "0",
            "SLURM_STEP_NUM_TASKS": "1",
            "SLURM_STEP_NODELIST": "localhost",
            "SLURM_STEP_TASKS_PER_NODE": "1",
        },
    ],
)
def test_what_is_left_of_a_cluster_may_be_one_worker(environment, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    strategy = make_strategy("multi_worker")
    assert not several(strategy) and is_chief(strategy)


def test_files_to_start_from_are_whole():
    subprocess.run(["bash", "-n", CLUSTER / "slurm.sh"], check=True)
    for path in CLUSTER.iterdir():
        text = path.read_text().replace('"', "")
        assert "strategy=multi_worker" in text and "resume" in text


@pytest.mark.large
def test_files_to_start_from_obey_their_schemas():
    yaml = pytest.importorskip("yaml")
    validate = pytest.importorskip("kubernetes_validate")
    service, job = yaml.safe_load_all((CLUSTER / "kubernetes.yaml").read_text())
    for manifest in (service, job):
        validate.validate(manifest, "1.31", strict=True)
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    variables = {each["name"]: each["value"] for each in container["env"]}
    assert pod["subdomain"] == service["metadata"]["name"] == variables["KERASGAN_SERVICE"]
    assert int(variables["KERASGAN_WORKERS"]) == job["spec"]["completions"]
    task = yaml.safe_load((CLUSTER / "skypilot.yaml").read_text())
    schemas = pytest.importorskip("sky.utils.schemas")
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(task, schemas.get_task_schema())


RAY = """
import runpy
import sys

import ray

_, starter, workers, epochs = sys.argv
ray.init(num_cpus=2)
config = {"model": "gan", "data": "digits", "workdir": "RUN", "epochs": int(epochs)}
config |= {"image_size": 8, "batch_size": 8, "steps_per_epoch": 4}
runpy.run_path(starter)["trainer"](config, num_workers=int(workers)).fit()
"""


@pytest.mark.large
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="pip install 'ray[train]'")
def test_two_workers_of_ray_train_and_one_goes_on(tmp_path):
    workdir, script = tmp_path / "run", tmp_path / "of_ray"
    script.with_suffix(".py").write_text(RAY.replace("RUN", str(workdir)))
    for epochs, workers in enumerate((2, 1), 1):
        result = run(script, CLUSTER / "ray_train.py", workers, epochs, cwd=tmp_path)
        assert result.returncode == 0, result.stdout + result.stderr
        assert f"on {workers} replica(s); workdir {workdir}" in result.stdout + result.stderr
        recorded = json.loads((workdir / "recipe.json").read_text())
        assert (recorded["replicas"], recorded["trained_epochs"]) == (workers, epochs)
    assert "trained on 2 replica(s) and goes on with 1" in result.stdout + result.stderr
    assert keras.models.load_model(workdir / "model.keras").generate(2).shape == (2, 8, 8, 1)
