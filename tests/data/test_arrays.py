import io
import struct
import zipfile

import numpy as np
import pytest

from kerasgan.data import load_images, memory

PIXELS = np.random.default_rng(0).integers(0, 256, (20, 4, 4, 1), dtype=np.uint8)
LABELS = np.arange(20) % 4


def in_npy(array, order="C"):
    file = io.BytesIO()
    np.save(file, np.asarray(array, order=order))
    return file.getvalue()


def in_npz(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


def with_header(text, version=1, data=bytes(64)):
    text = text.encode() + b"\n"
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + data


def header(shape, kind="|u1", fortran=False):
    return f"{{'descr': {kind!r}, 'fortran_order': {fortran}, 'shape': {shape}}}"


def changed(content, changes):
    """Changes bytes, counted from the start of the file or of the central directory (c)."""
    content, directory = bytearray(content), content.find(b"PK\1\2")
    for (start, place), value in changes.items():
        content[place + (directory if start == "c" else 0)] = value
    return bytes(content)


GOOD = in_npz(x=in_npy(PIXELS), y=in_npy(LABELS))
BROKEN = {
    "nothing.npy": (b"", "not a zip file"),
    "text.npz": (b"some text", "not a zip file"),
    "empty.npz": (in_npz(), "no images for the split 'train': it holds nothing"),
    "promise.npy": (with_header(header((10**12, 8, 8, 1))), "fewer elements than its header"),
    "wrap.npy": (with_header(header((2**64, 8, 8, 1))), "fewer elements than its header"),
    "long.npy": (with_header(header((10**4000, 8))), "is not readable"),
    "nested.npy": (with_header("(" * 900), "is not readable"),
    "negative.npy": (with_header(header((-1, 8, 8, 1))), "has no elements"),
    "zero.npy": (with_header(header((0, 10**4000, 8))), "is not readable"),
    "none.npy": (in_npy(PIXELS[:0]), "has no elements"),
    "fields.npy": (in_npy(np.zeros((2, 8, 8), [("a", "u1")])), "which are no numbers"),
    "parts.npy": (with_header(header((1, 4, 4), ("|u1", (2, 2)))), "no numbers|Cannot parse|valid"),
    "objects.npy": (in_npy(np.array([None])), "allow_pickle=False"),
    "text_array.npy": (in_npy(np.full((2, 4, 4), "text")), "which are no numbers"),
    "version.npy": (with_header(header((1, 8, 8, 1)), version=7), "magic string|version"),
    "cut.npy": (in_npy(PIXELS)[:-1], "fewer elements than its header"),
    "bytes.npz": (in_npz(x=b"hi"), "is not readable"),
    "label.npz": (in_npz(x=in_npy(PIXELS), y=in_npy(3)), "20 images but no list of labels"),
    "labels.npz": (in_npz(x=in_npy(PIXELS), y=in_npy(LABELS[1:])), "20 images but 19 labels"),
    "floats.npz": (in_npz(x=in_npy(PIXELS), y=in_npy(LABELS * 1.0)), "must be integers"),
    "hot.npz": (in_npz(x=in_npy(PIXELS), y=in_npy(np.eye(4, dtype=int)[LABELS])), "be integers"),
    "encrypted.npz": (changed(GOOD, {("s", 6): 1, ("c", 8): 1}), "encrypted"),
    "compression.npz": (changed(GOOD, {("s", 8): 99, ("c", 10): 99}), "compression"),
    "deflate.npz": (changed(GOOD, {("s", 36 + k): 255 for k in range(24)}), "is not readable"),
    "sum.npz": (changed(GOOD, {("c", 16): GOOD[GOOD.find(b"PK\1\2") + 16] ^ 1}), "CRC"),
    "cut.npz": (GOOD[: len(GOOD) // 2], "not a zip file"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_named(tmp_path, name):
    content, message = BROKEN[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        load_images(tmp_path / name)
    assert name.split(".")[0] in str(caught.value)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 600


def test_random_damage_raises_nothing_else(tmp_path):
    generator = np.random.default_rng(0)
    files = {
        "a.npy": in_npy(PIXELS),
        "b.npy": in_npy((PIXELS / 127.5 - 1).astype("float32"), "F"),
        "c.npz": GOOD,
    }
    refused = 0
    for _ in range(70):
        for name, content in files.items():
            damaged = bytearray(content)
            if generator.random() < 0.3:
                del damaged[generator.integers(len(damaged)) :]
            for _ in range(generator.integers(1, 5) if damaged else 0):
                # Half of the damage is in the header.
                most = len(damaged) if generator.random() < 0.5 else min(len(damaged), 128)
                damaged[generator.integers(most)] = generator.integers(256)
            (tmp_path / name).write_bytes(damaged)
            try:
                load_images(tmp_path / name, SHAPE, limit=3 if generator.random() < 0.3 else None)
            except ValueError as error:
                refused += 1
                assert name.split(".")[0] in str(error)
    assert 70 < refused < 210


SHAPE = PIXELS.shape[1:]


@pytest.mark.parametrize("limit", [None, 1, 7, 20, 99])
@pytest.mark.parametrize("kind", ["C", "F", "npz", "big-endian"])
def test_good_files_are_read(tmp_path, kind, limit):
    path = tmp_path / "set.npz"
    if kind == "npz":
        np.savez_compressed(path, x=PIXELS, y=LABELS)
    elif kind == "big-endian":
        np.savez(path, x=(PIXELS / 127.5 - 1).astype(">f4"), y=LABELS.astype(">i8")[:, None])
    else:
        path.write_bytes(in_npz(x=in_npy(PIXELS, kind), y=in_npy(LABELS, kind)))
    loaded = load_images(path, limit=limit)
    np.testing.assert_array_equal(loaded.images, PIXELS[:limit])
    assert loaded.labels.tolist() == LABELS[:limit].tolist()
    path = tmp_path / "set.npy"
    path.write_bytes(in_npy(PIXELS, "F" if kind == "F" else "C"))
    np.testing.assert_array_equal(load_images(path, limit=limit).images, PIXELS[:limit])


def test_memory_is_checked_before_a_small_file_becomes_large(tmp_path, monkeypatch):
    zeros = np.zeros((2000, 64, 64, 1), np.uint8)
    np.savez_compressed(tmp_path / "zeros.npz", x=zeros, y=np.zeros(2000, int))
    assert (tmp_path / "zeros.npz").stat().st_size < 100_000
    monkeypatch.setattr(memory, "available_memory", lambda: 10 * 2**20)
    made = []
    empty = np.empty
    monkeypatch.setattr(np, "empty", lambda *a, **k: made.append(a) or empty(*a, **k))
    with pytest.raises(ValueError, match="2000 rows of .*zeros.npz need 0.0229 GiB .* limit"):
        load_images(tmp_path / "zeros.npz")
    assert [shape for shape, *_ in made] == [(2000,)]  # the labels
    assert len(load_images(tmp_path / "zeros.npz", limit=500)) == 500


def test_a_header_of_gigabytes_is_not_read(tmp_path, monkeypatch):
    start = b"\x93NUMPY\2\0" + struct.pack("<I", 2**26) + bytes(2**26)
    (tmp_path / "x.npz").write_bytes(in_npz(x=start))
    most, read = 0, zipfile.ZipExtFile.read

    def counted(self, n=-1):
        nonlocal most
        data = read(self, n)
        most = max(most, len(data))
        return data

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
    with pytest.raises(ValueError, match="x.npz is not readable: EOF: reading array header"):
        load_images(tmp_path / "x.npz")
    assert most <= 2**16
