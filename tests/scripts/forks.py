"""A server that runs Python's scripts, each in a process of its own that begins with the imports.

    python tests/scripts/forks.py FOLDER

Importing TensorFlow takes longer than most of what tests do with it. Here one process has imported
it, and forks for each script: in FOLDER are its socket, and `python`, which runs a script so as
Python does, and can be a script's `sys.executable`. The server ends with its standard input.
"""

import atexit
import gc
import json
import os
import pathlib
import runpy
import select
import signal
import socket
import sys
import threading

_PYTHON = """#!{python} -IS
import json, os, signal, socket, sys

unbuffered = sys.argv[1] == "-u"
script, *flags = sys.argv[1 + unbuffered:]
if script == "-m":
    script += flags.pop(0)
elif script.startswith("-"):
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
else:
    script = os.path.abspath(script)
server = socket.socket(socket.AF_UNIX)
server.connect({socket!r})
request = dict(script=script, flags=flags, cwd=os.getcwd(), env=dict(os.environ))
socket.send_fds(server, [b"f"], [0, 1, 2])
server.sendall(json.dumps(request | dict(unbuffered=unbuffered)).encode() + b"\\n")
lines = server.makefile()
child = int(lines.readline())
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, frame: os.kill(child, number))
code = int(lines.readline())
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


def main(folder):
    """Imports, and forks until there is nobody to fork for."""
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as scripts do before they import it
    # What scripts import sooner or later.
    root = str(pathlib.Path(__file__).parents[2])
    sys.path[0] = root
    import h5py  # noqa: F401
    import PIL.Image  # noqa: F401
    import scipy.optimize  # noqa: F401
    import sklearn.datasets  # noqa: F401
    import sklearn.metrics  # noqa: F401
    import tensorboard.compat.tensorflow_stub.pywrap_tensorflow  # noqa: F401
    import tensorboard.summary  # noqa: F401
    import tensorflow.summary  # noqa: F401

    import kerasgan  # noqa: F401
    import zoo  # noqa: F401

    del sys.path[0]
    gc.collect()
    gc.freeze()  # else each child copies these objects when it collects garbage
    path = f"{folder}/socket"
    python = pathlib.Path(folder, "python")
    python.write_text(_PYTHON.format(python=sys.executable, socket=path))
    python.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        print("ready", flush=True)
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            if not os.fork():
                listener.close()
                attend(connection)
            connection.close()
            while any(finished()):
                pass


def finished():
    """The id of a child that has ended, and how; zeros if there is none."""
    try:
        return os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return 0, 0


def attend(connection):
    """Runs one script: answers with the process' id, and at last with its exit code."""
    _, streams, *_ = socket.recv_fds(connection, 1, 3)
    lines = connection.makefile("rw")
    request = json.loads(lines.readline())
    child = os.fork()
    if not child:
        connection.close()
        lines.close()
        become(streams, **request)
    for stream in streams:
        os.close(stream)
    print(child, file=lines, flush=True)
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if select.select([connection], [], [], 0.01)[0]:  # nobody waits for it any more
            os.kill(child, signal.SIGKILL)
    try:
        print(os.waitstatus_to_exitcode(ended[1]), file=lines, flush=True)
    finally:
        os._exit(0)


def become(streams, script, flags, cwd, env, unbuffered=False, executable=None, timeout=0):
    """Runs a script as its process does."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.stdout.reconfigure(line_buffering=unbuffered)
    sys.executable = executable or sys.executable
    signal.alarm(timeout)  # what hangs is to fail
    module = script.removeprefix("-m") if script.startswith("-m") else None
    sys.path.insert(0, cwd if module else os.path.dirname(script))
    sys.argv = [script, *flags]
    code = 0
    try:
        if module:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(script, run_name="__main__")
    except SystemExit as error:
        code = error.code
        if not isinstance(code, int | None):
            print(code, file=sys.stderr)
            code = 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    # As Python ends, but without taking all modules apart, which takes seconds.
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit((code or 0) & 0xFF)


if __name__ == "__main__":
    main(sys.argv[1])
