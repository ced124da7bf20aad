"""What importing kerasgan does, and does not do."""

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent
_CODE = """
import json, os, sys
import keras, tensorflow

told = {}
backend, keras.backend.backend = keras.backend.backend, lambda: "jax"
try:
    import kerasgan
except ImportError as error:
    told["another backend"] = str(error)
keras.backend.backend = backend
threads = len(os.listdir("/proc/self/task"))

import kerasgan, zoo

told["threads"] = len(os.listdir("/proc/self/task")) - threads
told["data sets"] = "tensorflow_datasets" in sys.modules
told["kernels"] = kerasgan.fast.mode()
print(json.dumps(told))
"""


def test_importing():
    """In one process, since each takes seconds to import TensorFlow."""
    result = subprocess.run(
        [sys.executable, "-c", _CODE],
        env=os.environ | {"KERASGAN_FAST": "off"},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert "kerasgan needs Keras' TensorFlow backend" in told["another backend"]
    assert told["threads"] == 0  # a process that has imported it may fork
    assert not told["data sets"]  # TensorFlow Datasets takes seconds to import
    assert told["kernels"] == "off"  # as the environment says
