"""Strategies, and the workers of a cluster: how they find each other, agree, and are lost."""

import contextlib
import json
import os
import re
import shutil

import tensorflow as tf

from kerasgan.training.errors import RunError, run_errors

# What a step raises when another worker has died.
_LOST = (
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.UnavailableError,
)


def check_alone():
    """Raises a UserError if this process was started as one worker of several."""
    workers = int(os.environ.get("SLURM_STEP_NUM_TASKS", 1))
    with contextlib.suppress(ValueError, AttributeError):
        jobs = json.loads(os.environ.get("TF_CONFIG") or "{}").get("cluster", {})
        workers = max(workers, sum(map(len, jobs.values())))
    if workers > 1:
        raise RunError(
            f"this is one of {workers} workers, which would all train alone into one folder: give "
            "strategy=multi_worker"
        )


def make_strategy(name):
    """Returns a tf.distribute strategy.

    Args:
        name: "one_device"; "mirrored", all GPUs, or without any all logical CPUs; "auto", mirrored
            on several GPUs, else one device; "multi_worker", the cluster of TF_CONFIG or of a Slurm
            job step; "tpu", the TPU of TPU_NAME.

    Raises:
        RunError: If there is no such cluster or TPU.
    """
    if name == "multi_worker":
        return tf.distribute.MultiWorkerMirroredStrategy(_resolver())
    check_alone()
    if name == "tpu":
        with run_errors(ValueError, RuntimeError, tf.errors.OpError):
            resolver = tf.distribute.cluster_resolver.TPUClusterResolver.connect()
        return tf.distribute.TPUStrategy(resolver)
    gpus = tf.config.list_logical_devices("GPU")
    if name == "mirrored" or (name == "auto" and len(gpus) > 1):
        return tf.distribute.MirroredStrategy(gpus or tf.config.list_logical_devices("CPU"))
    return tf.distribute.get_strategy()


def _resolver():
    resolvers = tf.distribute.cluster_resolver
    if os.environ.get("TF_CONFIG"):
        with run_errors(ValueError, KeyError, AttributeError, TypeError):
            resolver = resolvers.TFConfigClusterResolver()
            known = resolver.cluster_spec().job_tasks(resolver.task_type)
            if resolver.task_id not in range(len(known)):
                raise ValueError(
                    f"TF_CONFIG says that this is {resolver.task_type} {resolver.task_id}, but its "
                    f"cluster has {len(known)}"
                )
        return resolver
    if "SLURM_PROCID" in os.environ:
        # Jobs that share a machine have ports of their own.
        options = {"port_base": 10_000 + int(os.environ.get("SLURM_JOB_ID", 0)) * 64 % 20_000}
        if shutil.which("nvidia-smi") is None:
            # TensorFlow's resolver knows machines with GPUs only: these have more than enough.
            options |= {"gpus_per_node": 2**16, "gpus_per_task": 1, "auto_set_gpu": False}
        try:
            resolver = resolvers.SlurmClusterResolver(**options)
            resolver.cluster_spec()
        except (RuntimeError, ValueError) as error:
            raise RunError(
                f"Slurm's job step makes no cluster, perhaps with fewer GPUs than tasks: {error}"
            ) from error
        return resolver
    raise RunError(
        "strategy=multi_worker needs Slurm, or the cluster in the environment variable "
        'TF_CONFIG, such as {"cluster": {"worker": ["host1:2222", "host2:2222"]}, '
        '"task": {"type": "worker", "index": 0}}'
    )


def is_chief(strategy):
    """Whether this process is the one whose files are kept."""
    resolver = strategy.cluster_resolver
    if not several(strategy):
        return True
    first = "chief" if "chief" in resolver.cluster_spec().jobs else "worker"
    return (resolver.task_type, resolver.task_id) == (first, 0)


def several(strategy):
    """Whether there are workers beside this process."""
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)


def check_same_start(strategy, done):
    """Raises a UserError if workers would go on from different places."""
    if not several(strategy):
        return

    def gather():
        context = tf.distribute.get_replica_context()
        return context.all_gather(tf.constant([list(done)]), axis=0)

    found = strategy.experimental_local_results(strategy.run(tf.function(gather)))[0].numpy()
    if (found != found[0]).any():
        places = ", ".join(f"epoch {epoch} step {step}" for epoch, step in found)
        raise RunError(
            f"the workers find different checkpoints to go on from ({places}): they need the same "
            "workdir, on a disk that they share"
        )


@contextlib.contextmanager
def lost_workers(strategy):
    """Turns what TensorFlow raises when another worker is gone into a `ConnectionError`."""
    try:
        yield
    except _LOST as error:
        if not several(strategy):
            raise
        lines = re.sub(r"{{.*?}}", "", error.message).strip().splitlines()
        reason = f" ({lines[0].strip()})" if lines else ""
        raise ConnectionError(
            f"Another worker is gone{reason}. Start all again, with resume=True."
        ) from error
