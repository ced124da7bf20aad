import ast
import pathlib
import struct
import subprocess
import sys
import threading
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, features

from kerasgan.data import decode, load_images, load_pairs, load_super_resolution

ROOT = pathlib.Path(__file__).parents[2]


def large(path, side):
    """Writes a PNG of one bit a pixel, of some kilobytes."""
    compressor = zlib.compressobj(1)
    row = bytes(1 + -(-side // 8))
    body = b"".join(compressor.compress(row) for _ in range(side)) + compressor.flush()

    def chunk(kind, data):
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", body) + chunk(b"IEND", b""))


def test_a_name_starts_no_other_decoder(tmp_path, monkeypatch):
    ran = tmp_path / "ran"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gs").write_text(f"#!/bin/sh\ntouch {ran}\n")
    (tmp_path / "bin" / "gs").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n%%EOF\n"
    for name in ("a.png", "b.jpg"):
        (tmp_path / name).write_bytes(eps)
    for load in (load_images, load_pairs, load_super_resolution):
        with pytest.raises(ValueError, match="a.png: cannot identify"):
            load(tmp_path, (8, 8, 3))
    with pytest.raises(ValueError, match="a.png: cannot identify"):
        load_images(tmp_path)
    assert not ran.exists()


def test_contents_of_another_format_that_is_read_are_read(tmp_path):
    Image.new("L", (4, 4), 9).save(tmp_path / "x.bmp")
    (tmp_path / "x.bmp").rename(tmp_path / "x.png")
    assert load_images(tmp_path).images.max() == 9


def test_each_picture_is_opened_by_named_formats():
    for folder in ("kerasgan", "scripts", "zoo"):
        for path in (ROOT / folder).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text())):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "Image.open":
                    assert any(word.arg == "formats" for word in call.keywords), path


@pytest.mark.skipif(".avif" not in decode.EXTENSIONS, reason="this Pillow reads no AVIF")
def test_avif(tmp_path):
    Image.new("RGB", (8, 8), (200, 100, 50)).save(tmp_path / "x.avif")
    loaded = load_images(tmp_path).images[0].astype(int)
    np.testing.assert_allclose(loaded, np.full((8, 8, 3), (200, 100, 50)), atol=4)


def test_avif_is_read_where_pillow_can():
    can = "avif" in features.modules and features.check("avif")
    assert (".avif" in decode.EXTENSIONS) == can


# --- Large pictures -------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [10_001, 13_000, 20_000])
def test_pictures_that_are_too_large_are_not_decoded(tmp_path, caplog, monkeypatch, side):
    def refuse(self):
        raise AssertionError("decoded")

    large(tmp_path / "large.png", side)
    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", refuse)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for load in (load_images, load_super_resolution):
            with pytest.raises(ValueError, match="large.png: (it has 1|Image size)"):
                load(tmp_path, (8, 8, 1))
        with pytest.raises(ValueError, match="large.png: (it has 1|Image size)"):
            load_images(tmp_path)
    assert not told


def test_the_limit_is_told_in_megapixels(tmp_path, monkeypatch):
    monkeypatch.setattr(decode, "MAX_PIXELS", 1_000_000)
    Image.new("L", (1600, 1000)).save(tmp_path / "a.png")
    with pytest.raises(ValueError, match="a.png: it has 2 megapixels; at most 1 are read"):
        load_images(tmp_path, (8, 8, 1))
    Image.new("L", (1000, 1000), 9).save(tmp_path / "a.png")
    assert load_images(tmp_path, (8, 8, 1)).images.min() == 9


def test_large_pictures_are_not_decoded_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(decode, "_BUDGET", decode._Budget(250))
    at_once, most, lock = 0, 0, threading.Lock()
    conform = decode._conform

    def counted(image, *arguments, **options):
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        pause.wait(0.02)
        result = conform(image, *arguments, **options)
        with lock:
            at_once -= 1
        return result

    pause = threading.Event()
    monkeypatch.setattr(decode, "_conform", counted)
    for number in range(12):
        Image.new("L", (10, 10), number).save(tmp_path / f"{number:02d}.png")
    (tmp_path / "03.png").write_bytes(b"no picture")
    assert len(load_images(tmp_path, (4, 4, 1))) == 11
    assert most <= 2


def test_a_picture_larger_than_the_budget_is_decoded_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(decode, "_BUDGET", decode._Budget(50))
    for number in range(3):
        Image.new("L", (10, 10), number).save(tmp_path / f"{number}.png")
    assert load_images(tmp_path).images[:, 0, 0, 0].tolist() == [0, 1, 2]


@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
def test_threads_do_not_keep_the_memory_of_large_pictures(tmp_path):
    large(tmp_path / "large.png", 6500)  # 169 MB when decoded to colours
    code = f"""
import importlib.util, re, threading
spec = importlib.util.spec_from_file_location("decode", {decode.__file__!r})
decode = importlib.util.module_from_spec(spec)
spec.loader.exec_module(decode)
resident = lambda: int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1])
before = resident()
for _ in range(2):
    thread = threading.Thread(
        target=decode.decode_file, args=({str(tmp_path / "large.png")!r}, (8, 8, 3), True)
    )
    thread.start()
    thread.join()
print((resident() - before) // 1024)
"""
    kept = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert int(kept.stdout) < 90  # MiB


def noise(mode):
    """A picture of 40 x 30 of a mode of Pillow."""
    pixels = np.random.default_rng(0).integers(0, 256, (30, 40, 4), dtype=np.uint8)
    if mode == "P":
        image = Image.fromarray(pixels[..., 0] // 64, "L").convert("P")
        image.putpalette(list(range(12)))
        image.info["transparency"] = bytes([0, 100, 200, 255])
        return image
    if mode.startswith("I"):
        return Image.fromarray(pixels[..., 0].astype("uint16" if ";" in mode else "int32") * 200)
    return Image.fromarray(pixels).convert(mode)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I", "I;16"])
@pytest.mark.parametrize("wanted", ["L", "LA", "RGB", "RGBA"])
def test_large_pictures_are_converted_in_bands_to_the_same(mode, wanted, monkeypatch):
    whole = np.asarray(decode._to_mode(noise(mode), wanted))
    monkeypatch.setattr(decode, "_BAND", 7 * 40)
    np.testing.assert_array_equal(np.asarray(decode._to_mode(noise(mode), wanted)), whole)


@pytest.mark.parametrize("extension", ["png", "tif", "jpg", "webp"])
@pytest.mark.parametrize("orientation, size", [(3, (30, 47)), (6, (47, 30)), (9, (30, 47))])
def test_headers_tell_the_upright_size(tmp_path, extension, orientation, size):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (47, 30)).save(tmp_path / f"x.{extension}", exif=exif)
    path = tmp_path / f"x.{extension}"
    assert list(decode.sizes([path])) == [size]
    assert load_images(tmp_path).image_shape == (*size, 3)
    assert decode.decode_whole(path, 3).shape == (*size, 3)
