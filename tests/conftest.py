import gc
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # the kernels that the scripts use

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.utils import naming
from tensorflow.python.framework.ops import gradient_registry

# Two logical devices for tf.distribute, before TensorFlow starts its devices. What is not under a
# strategy runs on the first.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)

ROOT = pathlib.Path(__file__).parent.parent


def pytest_collection_finish():
    """What has been imported stays: collecting garbage need not look at it, nor so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20)


def shared_data(*parts):
    """A folder of real pictures that are not the project's; skips the test where there is none."""
    root = pathlib.Path(os.environ.get("KERASGAN_DATA", ROOT.parent / "shared" / "data"))
    folder = root.joinpath(*parts)
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there: set KERASGAN_DATA to a folder that holds it")
    return folder


@pytest.fixture(scope="session")
def mirrored():
    """The one strategy of this process: TensorFlow mixes up the collectives of two."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


@pytest.fixture
def eagerly(request):
    """Without graphs, which take longer than one or two steps, but for several replicas."""
    tf.config.run_functions_eagerly("mirrored" not in request.fixturenames)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture
def noise_images():
    """Sixty-four uint8 images of noise."""
    return np.random.default_rng(0).integers(0, 256, (64, 8, 8, 1), dtype=np.uint8)


@pytest.fixture(autouse=True)
def _fresh_keras():
    """Tests neither share a precision nor the names of layers."""
    yield
    keras.config.set_dtype_policy("float32")
    # As `keras.backend.clear_session`, which has TensorFlow make its kernels anew, a tenth of all
    # tests' time, and collects garbage, 0.2 s a test.
    naming.reset_uids()
    # TensorFlow keeps the gradients of `tf.custom_gradient` for ever, and with them their graphs.
    for name in [name for name in gradient_registry.list() if name.startswith("CustomGradient-")]:
        del gradient_registry._registry[name]
