import pytest

from kerasgan.data import memory

GIB = 2**30


@pytest.fixture
def machine(tmp_path):
    """Writes files of `proc` and `sys`, below a folder that is returned: 8 GiB are available."""

    def write(files):
        for name, text in ({"proc/meminfo": f"MemAvailable: {8 * 2**20} kB\n"} | files).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return tmp_path

    return write


def version_2(folder, limit, used=GIB, cache=0):
    folder = f"sys/fs/cgroup{folder}"
    return {
        f"{folder}/memory.max": f"{limit}\n",
        f"{folder}/memory.current": f"{used}\n",
        f"{folder}/memory.stat": f"anon 5\ninactive_file {cache}\nactive_file 7\n",
    }


def version_1(folder, limit, used=GIB, cache=0):
    folder = f"sys/fs/cgroup/memory{folder}"
    return {
        f"{folder}/memory.limit_in_bytes": f"{limit}\n",
        f"{folder}/memory.usage_in_bytes": f"{used}\n",
        f"{folder}/memory.stat": f"inactive_file 3\ntotal_inactive_file {cache}\n",
    }


HERE = {"proc/self/cgroup": "0::/\n"}
BELOW = {"proc/self/cgroup": "0::/pod/job\n"}
OLD = {"proc/self/cgroup": "9:name=systemd:/\n4:memory:/docker/7\n3:cpu:/\n0::/\n"}


@pytest.mark.parametrize(
    "files, gib",
    [
        ({}, 8),
        (HERE, 8),
        (HERE | version_2("", "max"), 8),
        (HERE | version_2("", 4 * GIB), 3),
        (HERE | version_2("", 4 * GIB, cache=GIB // 2), 3.5),
        (HERE | version_2("", 100 * GIB), 8),
        (HERE | version_2("", GIB, used=2 * GIB), 0),
        (BELOW | version_2("/pod/job", 4 * GIB), 3),
        (BELOW | version_2("/pod/job", "max") | version_2("/pod", 5 * GIB), 4),
        (BELOW | version_2("", 4 * GIB), 3),  # within a container, the host's path
        (BELOW | version_2("/other", 2 * GIB), 8),
        (OLD | version_1("/docker/7", 4 * GIB, cache=GIB // 4), 3.25),
        (OLD | version_1("", 4 * GIB), 3),
        (OLD | version_1("", 9223372036854771712), 8),
    ],
)
def test_the_smaller_of_the_machines_and_the_containers_memory(machine, files, gib):
    assert memory.available_memory(machine(files)) == gib * GIB


def test_a_system_without_these_files_says_what_it_has(tmp_path):
    assert 2**24 < memory.available_memory(tmp_path) < 2**50


def test_the_memory_of_this_machine_is_known():
    assert 2**24 < memory.available_memory() < 2**50
