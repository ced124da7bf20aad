"""How much memory there is, for the machine and for the container that this process runs in."""

import math
import os
import re
from pathlib import Path

# The control groups of version 2 and of version 1: where they are mounted, the files of the limit
# and of the use, and which entry of memory.stat is page cache that would be given up.
_VERSION_2 = ("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file")
_VERSION_1 = (
    "sys/fs/cgroup/memory",
    "memory.limit_in_bytes",
    "memory.usage_in_bytes",
    "total_inactive_file",
)


def check_memory(needed, what, advice="choose a smaller image size or a limit"):
    """Raises a ValueError if so many bytes are not available; `what` needs them."""
    available = available_memory()
    if needed > available:
        raise ValueError(
            f"{what} need {needed / 2**30:.3g} GiB of memory, but {available / 2**30:.3g} GiB are "
            f"available: {advice}."
        )


def fills_half(needed):
    """Whether so many bytes are more than half of those that are available."""
    return needed > available_memory() / 2


def available_memory(root=Path("/")):
    """Returns the bytes that can be allocated, as far as the system tells.

    Args:
        root: The folder of `proc` and `sys`.
    """
    in_groups = [_left(folder, *files) for folder, files in _groups(root)]
    return min([_left_on_the_machine(root), *in_groups])


def _left_on_the_machine(root):
    try:  # Counts what the page cache would give up, which os.sysconf does not.
        meminfo = (root / "proc/meminfo").read_text()
        return 1024 * int(re.search(r"MemAvailable:\s+(\d+)", meminfo)[1])
    except (OSError, TypeError):  # no such file, or no such line in it
        if hasattr(os, "sysconf"):
            return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return math.inf


def _groups(root):
    """Yields the folder of each control group that holds this process, and its files."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        mount, *files = _VERSION_1 if controllers else _VERSION_2
        group = Path(path.lstrip("/"))
        # The limits of the groups above hold too. Within a container the path may be the host's,
        # of which only the mount is there.
        for each in (group, *group.parents):
            yield root / mount / each, files


def _left(folder, limit, used, cache):
    """Returns the bytes that a control group may still use; infinity if it has no limit."""
    try:
        most = (folder / limit).read_text().strip()
        if most == "max":
            return math.inf
        given_up = re.search(rf"^{cache} (\d+)", (folder / "memory.stat").read_text(), re.MULTILINE)
        in_use = int((folder / used).read_text()) - int(given_up[1] if given_up else 0)
        return max(0, int(most) - in_use)
    except OSError:  # no such group, or none that has a limit
        return math.inf
