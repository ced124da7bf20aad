"""TensorFlow's noise is left out of the standard error, and nothing else."""

import os
import subprocess
import sys

from processes import ROOT, command

from zoo import quiet


def test_lines_of_gpus_where_there_are_none_are_left_out(capfd):
    noise = [
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
        "I0000 00:00:1.5  9 port.cc:153] oneDNN custom operations are on. You may see ...",
        "I0000 00:00:1.5  9 cudart_stub.cc:31] Could not find cuda drivers on your machine, ...",
        "E0000 00:00:1.5  9 cuda_platform.cc:52] failed call to cuInit: UNKNOWN ERROR (303)",
    ]
    told = [
        "E0000 00:00:1.5  9 cuda_platform.cc:52] failed call to cuInit: CUDA_ERROR (803)",
        "F0000 00:00:1.5  9 cpu.cc:1] TensorFlow was compiled to use AVX instructions",
        "my own line",
    ]
    with quiet.without_noise():
        for line in noise + told:
            os.write(2, line.encode() + b"\n")
    os.write(2, noise[0].encode())
    assert capfd.readouterr().err == "\n".join([*told, noise[0]])


def test_what_is_told_before_a_crash_is_shown():
    code = "import os; from zoo import quiet\n"
    code += "with quiet.without_noise(): os.write(2, b'no AVX'); os.abort()"
    path = {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    result = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | path, capture_output=True, text=True
    )
    assert result.returncode < 0
    assert result.stderr.startswith("no AVX")


def test_the_standard_error_of_a_good_run_is_empty(tmp_path):
    environment = {name: value for name, value in os.environ.items() if "LOG_LEVEL" not in name}
    result = subprocess.run(
        command("train", "--dry_run"), cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0
    assert "dcgan on digits" in result.stdout
    assert result.stderr == ""
