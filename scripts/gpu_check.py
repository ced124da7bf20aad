"""Checks kerasgan on this machine's GPU, or CPU, and prints a table to paste.

    python scripts/gpu_check.py
    python scripts/gpu_check.py --recipes=cyclegan,srgan

Each recipe of the zoo trains for two steps. Each other row is a law that the tests hold on CPUs, or
a measurement, of PyTorch too if it is installed. Two logical devices are made of the first GPU (of
the CPU where there is none) for what several replicas do. The exit code is 1 if a law does not
hold.
"""

from zoo import command_line, quiet  # noqa: F401 first: they quieten TensorFlow

import functools
import platform

import gpu_checks
import keras
import tensorflow as tf
from absl import flags

import kerasgan
import zoo

_STEPS = flags.DEFINE_integer(
    "steps", 50, "How many steps to measure the throughput of.", lower_bound=2
)
_RECIPES = flags.DEFINE_list("recipes", None, "Which recipes to train. [default: all]")
_MEMORY = flags.DEFINE_integer(
    "memory", 4096, "Megabytes of each of the two logical GPUs.", lower_bound=512
)


def split_device():
    """Makes two logical devices of the first one; returns the names of both."""
    gpus = tf.config.list_physical_devices("GPU")
    device = (gpus or tf.config.list_physical_devices("CPU"))[0]
    limit = {"memory_limit": _MEMORY.value} if gpus else {}
    configuration = [tf.config.LogicalDeviceConfiguration(**limit) for _ in range(2)]
    tf.config.set_logical_device_configuration(device, configuration)
    kind = "GPU" if gpus else "CPU"
    return [f"{kind}:0", f"{kind}:1"]


def main():
    """Runs all checks, one after the other, whatever happens in one."""
    tf.get_logger().setLevel("ERROR")  # it warns of retracing, as each check has models of its own
    recipes = _RECIPES.value or list(zoo.RECIPES)
    if unknown := set(recipes) - set(zoo.RECIPES):
        raise command_line.UserError(
            f"--recipes: {', '.join(sorted(unknown))} is none of {', '.join(zoo.RECIPES)}"
        )
    devices = split_device()
    keras.utils.set_random_seed(0)
    names = [
        tf.config.experimental.get_device_details(gpu).get("device_name", "GPU")
        for gpu in tf.config.list_physical_devices("GPU")
    ]
    print(
        f"kerasgan {kerasgan.__version__}, Keras {keras.__version__}, TensorFlow {tf.__version__}, "
        f"Python {platform.python_version()}, {', '.join(names) or 'no GPU'}"
    )
    checks = {
        **{
            f"{name} trains": functools.partial(gpu_checks.check_recipe, zoo.RECIPES[name])
            for name in recipes
        },
        "saving and serving": gpu_checks.check_saving,
        "two replicas equal one device": lambda: gpu_checks.check_replicas(devices),
        "mixed_float16": lambda: gpu_checks.check_precision("mixed_float16"),
        "mixed_bfloat16": lambda: gpu_checks.check_precision("mixed_bfloat16"),
        "XLA": gpu_checks.check_xla,
        "faster kernels": gpu_checks.check_kernels,
        "DCGAN at 64 x 64": lambda: gpu_checks.measure(_STEPS.value),
        "the same in PyTorch": lambda: gpu_checks.measure_pytorch(_STEPS.value),
        "the same bits twice": gpu_checks.check_determinism,  # last: it leaves XLA switched off
    }
    print("\n| check | holds | found |\n|---|---|---|")
    failed = False
    for name, check in checks.items():
        try:
            holds, found = check()
        except Exception as error:  # the next check may hold
            reason, *_ = str(error).split("\n")
            holds, found = False, f"{type(error).__name__}: {reason}"
        failed |= not holds
        print(f"| {name} | {'yes' if holds else 'NO'} | {found} |", flush=True)
    if failed:
        raise SystemExit(1)


if __name__ == "__main__":
    command_line.run(main)
