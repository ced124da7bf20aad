"""What the scripts that measure speed share."""

import json
import os
import pathlib
import platform
import time
from unittest import mock

# Operations that are products of matrices, which is nearly all there is to compute.
_PRODUCTS = ["BatchMatMulV2", "MatMul", "Conv2D", "Conv2DBackpropFilter", "Conv2DBackpropInput"]
# Operations that only name, read or shape what others compute.
_NO_KERNELS = {
    *("Const", "Identity", "IdentityN", "NoOp", "Pack", "Placeholder", "ReadVariableOp"),
    *("ExpandDims", "Reshape", "Shape", "Squeeze", "StopGradient"),
}


def fitting(model, stream):
    """Returns a function that takes training steps through `fit`.

    Its argument is how many; it returns when each of them ended, as `time.perf_counter()` has it.
    """
    import keras

    class Clock(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.times = []

        def on_train_batch_end(self, batch, logs=None):
            self.times.append(time.perf_counter())

    clock = Clock()

    def fit(steps):
        model.fit(stream, steps_per_epoch=steps, epochs=1, verbose=0, callbacks=[clock])
        return clock.times

    return fit


def differences(times):
    """Returns the milliseconds between moments."""
    return [(later - earlier) * 1e3 for earlier, later in zip(times, times[1:], strict=False)]


def usual_graph(model, batch):
    """Returns the graph of a training step whose convolutions are computed in the usual way.

    Its operations are those that a paper's networks take, and that a GPU is given; Winograd's way
    on CPUs takes fewer.
    """
    import tensorflow as tf

    from kerasgan.fast import winograd

    with mock.patch.object(winograd, "is_profitable", return_value=False):
        return tf.function(model.train_step, autograph=False).get_concrete_function(batch).graph


def operations(graph):
    """Returns how many floating-point operations the products in a function's graph take."""
    import tensorflow as tf

    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation())
    options = options.with_accounted_types(_PRODUCTS).with_empty_output().build()
    executed, counted = executed_names(graph), 0
    nodes = [profiler.profile(graph, options=options)]
    while nodes:
        node = nodes.pop()
        nodes += node.children
        counted += node.float_ops * (node.name in executed)
    return counted


def kernels(graph):
    """Returns how many operations of a function's graph compute something in floating point.

    A GPU starts a kernel for each, but for those that TensorFlow fuses when it runs them.
    """
    executed = executed_names(graph)

    def computes(op):
        updates = op.type.startswith("ResourceApply")
        return updates or any(output.dtype.is_floating for output in op.outputs)

    return sum(
        op.name in executed and op.type not in _NO_KERNELS and computes(op)
        for op in graph.get_operations()
    )


def executed_names(graph):
    """The names of the operations that a function's results depend on.

    TensorFlow leaves the others out, such as gradients that nobody asked for.
    """
    waiting = [each.op for each in graph.outputs] + list(graph.control_outputs)
    names = set()
    while waiting:
        op = waiting.pop()
        if op.name not in names:
            names.add(op.name)
            waiting += [each.op for each in op.inputs] + list(op.control_inputs)
    return names


def write(results, path):
    """Writes results as JSON, unless there is no path.

    Raises:
        UserError: If the file cannot be written.
    """
    from zoo import command_line

    if path:
        with command_line.user_errors(OSError):
            pathlib.Path(path).write_text(json.dumps(results, indent=2) + "\n")


def machine():
    """What the figures were measured on."""
    import keras
    import tensorflow as tf

    model = platform.processor() or platform.machine()
    information = pathlib.Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text().splitlines()
        model = next((line.split(": ")[1] for line in lines if "model name" in line), model)
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "gpus": len(tf.config.list_physical_devices("GPU")),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
    }
