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

# Where workers listen whose scheduler gives machines alone.
_PORT = 2222


def scheduled_workers(environment):
    """Returns the addresses of all workers, and the number of this one, or None.

    Args:
        environment: Variables by name: those of SkyPilot (SKYPILOT_NODE_IPS, a line each, and
            SKYPILOT_NODE_RANK), or of an indexed job of Kubernetes (JOB_COMPLETION_INDEX and
            HOSTNAME), whose manifest says how many workers there are (KERASGAN_WORKERS) and the
            name of the headless service by which they find each other (KERASGAN_SERVICE).

    Raises:
        RunError: If they contradict each other.
    """
    if "SKYPILOT_NODE_IPS" in environment:
        hosts = environment["SKYPILOT_NODE_IPS"].split()
        rank = "SKYPILOT_NODE_RANK"
    elif "KERASGAN_WORKERS" in environment:
        rank, count = "JOB_COMPLETION_INDEX", environment["KERASGAN_WORKERS"]
        job = environment.get("HOSTNAME", "").rpartition("-")[0]
        service = environment.get("KERASGAN_SERVICE")
        if not count.isdecimal() or not job or not service:
            raise RunError(
                f"KERASGAN_WORKERS={count} must be a number, KERASGAN_SERVICE={service} a headless "
                f"service, and HOSTNAME={environment.get('HOSTNAME')} that of an indexed job"
            )
        hosts = [f"{job}-{i}.{service}" for i in range(int(count))]
    else:
        return None
    number = environment.get(rank, "")
    if not number.isdecimal() or int(number) >= len(hosts):
        raise RunError(f"{rank}={number} must be the number of one of {len(hosts)} workers")
    return [f"{host}:{_PORT}" for host in hosts], int(number)


def check_alone():
    """Raises a UserError if this process was started as one worker of several."""
    workers = int(os.environ.get("SLURM_STEP_NUM_TASKS", 1))
    scheduled = scheduled_workers(os.environ)
    if scheduled is not None:
        workers = len(scheduled[0])
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
            on several GPUs, else one device; "multi_worker", the cluster of TF_CONFIG, or of
            Slurm, SkyPilot or Kubernetes (`scheduled_workers`), or if that is one worker, as
            "auto"; "tpu", the TPU of TPU_NAME.

    Raises:
        RunError: If there is no such cluster or TPU.
    """
    if name == "multi_worker":
        resolver = _resolver()
        if sum(map(len, resolver.cluster_spec().as_dict().values())) > 1:
            return tf.distribute.MultiWorkerMirroredStrategy(resolver)
        name = "auto"  # of a single worker the logs would be arrays
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
    scheduled = scheduled_workers(os.environ)
    if scheduled is not None:
        workers, number = scheduled
        cluster = tf.train.ClusterSpec({"worker": workers})
        return resolvers.SimpleClusterResolver(
            cluster, task_type="worker", task_id=number, rpc_layer="grpc"
        )
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
        "strategy=multi_worker needs Slurm, SkyPilot, an indexed job of Kubernetes, or the cluster "
        "in the environment variable "
        'TF_CONFIG, such as {"cluster": {"worker": ["host1:2222", "host2:2222"]}, '
        '"task": {"type": "worker", "index": 0}}; a run of several workers goes on alone with '
        "strategy=auto"
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
