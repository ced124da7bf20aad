import numpy as np
import pytest
from conftest import shared_data
from PIL import Image

from kerasgan import data
from kerasgan.data import Images, Pairs, Unpaired, edge_map, load_pairs, load_unpaired

SHAPE = (8, 8, 3)


def levels(batch):
    return np.rint((np.asarray(batch) + 1) * 127.5).astype(int)


def position_images(count, size=10, channels=1):
    """Images whose pixels are their number times 100 plus... their place, as far as bytes go."""
    rows, columns = np.mgrid[:size, :size]
    images = np.stack(
        [np.stack([rows * size + columns, np.full_like(rows, i)], -1) for i in range(count)]
    )
    return Images(np.uint8(images[..., :channels] if channels < 2 else images))


def write(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.uint8(pixels)).save(path)


def flat(level, size=(8, 8)):
    return np.full((*size, 3), level)


# --- Pairs ----------------------------------------------------------------------------------------


def test_both_images_of_a_pair_are_cut_and_mirrored_alike():
    places = position_images(5, channels=2)
    inverse = Images(255 - places.images[..., :1])
    pairs = Pairs(places, inverse, crop=(6, 4))
    assert (pairs.image_shape, pairs.output_channels, len(pairs)) == ((6, 4, 2), 1, 5)
    seen = set()
    for x, y in pairs.stream(5, seed=3).take(150):
        x, y = levels(x), levels(y)
        assert x.shape == (5, 6, 4, 2) and y.shape == (5, 6, 4, 1)
        np.testing.assert_array_equal(255 - y, x[..., :1])
        assert sorted(x[:, 0, 0, 1]) == [0, 1, 2, 3, 4]  # an epoch shows each once
        for image in x[..., 0]:
            mirrored = image[0, 0] > image[0, 1]
            image = image[:, ::-1] if mirrored else image
            top, left = divmod(image[0, 0], 10)
            expected = 10 * (top + np.arange(6)[:, None]) + left + np.arange(4)
            np.testing.assert_array_equal(image, expected)
            seen.add((int(top), int(left), bool(mirrored)))
    # 5 rows, 7 columns, two sides.
    assert len(seen) == 5 * 7 * 2


def test_a_stream_goes_on_where_another_stopped():
    pairs = Pairs(position_images(7), position_images(7), crop=(5, 5))
    whole = [x.numpy() for x, _ in pairs.stream(2, seed=1).take(8)]
    rest = [x.numpy() for x, _ in pairs.stream(2, seed=1, start_step=5).take(3)]
    np.testing.assert_array_equal(whole[5:], rest)
    other = [x.numpy() for x, _ in pairs.stream(2, seed=2).take(8)]
    assert not np.array_equal(whole, other)


def test_one_pass_in_order_is_cut_at_the_centre():
    pairs = Pairs(position_images(3), position_images(3), crop=(6, 4))
    batches = [levels(x) for x, _ in pairs.dataset(2)]
    assert [len(batch) for batch in batches] == [2, 1]
    assert batches[0][0, 0, 0, 0] == 2 * 10 + 3
    assert [len(x) for x, _ in pairs.dataset(2, drop_remainder=True)] == [2]


def test_shuffled_passes_differ_and_repeat_from_run_to_run():
    pairs = Pairs(position_images(20), position_images(20), crop=(5, 5))
    dataset = pairs.dataset(20, shuffle_seed=4)
    passes = [next(iter(dataset))[0].numpy() for _ in range(2)]
    again = next(iter(pairs.dataset(20, shuffle_seed=4)))[0].numpy()
    assert not np.array_equal(*passes)
    np.testing.assert_array_equal(passes[0], again)


def test_without_a_crop_images_stay_whole():
    pairs = Pairs(position_images(4), position_images(4))
    for x, _ in pairs.stream(4, seed=0).take(3):
        assert (levels(x)[..., 0] == np.arange(100).reshape(10, 10)).all()


@pytest.mark.parametrize(
    "sizes, crop, message",
    [((3, 4), None, "as many"), ((3, 3), (11, 4), "cannot be cut out")],
)
def test_pairs_that_do_not_fit_are_refused(sizes, crop, message):
    with pytest.raises(ValueError, match=message):
        Pairs(*map(position_images, sizes), crop=crop)


# --- Unpaired -------------------------------------------------------------------------------------


def test_domains_of_different_lengths_are_shuffled_apart():
    few, many = (
        Images(np.full((n, 4, 4, 1), np.arange(n)[:, None, None, None], "uint8")) for n in (3, 10)
    )
    domains = Unpaired(few, many)
    assert len(domains) == 10 and domains.steps_per_epoch(2) == 5
    a, b = (
        np.concatenate(x)[:, 0, 0, 0]
        for x in zip(*[map(levels, x) for x in domains.stream(1, seed=0).take(30)], strict=True)
    )
    assert all(sorted(b[i : i + 10]) == list(range(10)) for i in (0, 10, 20))
    assert all(sorted(a[i : i + 3]) == [0, 1, 2] for i in range(0, 30, 3))
    assert list(a[:3]) != list(b[:3]) or list(a[3:6]) != list(a[:3])
    shapes = [(len(x), len(y)) for x, y in domains.dataset(2)]
    assert shapes == [(2, 2), (1, 1)]
    rest = [y.numpy() for _, y in domains.stream(1, seed=0, start_step=17).take(2)]
    np.testing.assert_array_equal(np.ravel([x[:, 0, 0, 0] for x in map(levels, rest)]), b[17:19])


def test_domains_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match=r"one shape.*\(10, 10, 1\).*\(9, 9, 1\)"):
        Unpaired(position_images(2), position_images(2, size=9))


# --- load_pairs -----------------------------------------------------------------------------------


def test_side_by_side(tmp_path):
    write(tmp_path / "train" / "a.png", np.concatenate([flat(10), flat(200)], axis=1))
    write(tmp_path / "test" / "b.png", np.concatenate([flat(20), flat(210)], axis=1))
    train, test = (load_pairs(tmp_path, SHAPE, split=s) for s in ("train", "test"))
    assert train.inputs.image_shape == (9, 9, 3) and train.image_shape == SHAPE  # 8 * 286 / 256
    assert test.inputs.image_shape == SHAPE
    x, y = map(levels, next(iter(train.stream(1, seed=0))))
    assert (x.max(), y.max(), x.shape) == (10, 200, (1, *SHAPE))
    x, y = map(levels, next(iter(test.dataset(1))))
    assert (x.max(), y.max()) == (20, 210)
    x, y = map(levels, next(iter(load_pairs(tmp_path, SHAPE, direction="b_to_a").dataset(1))))
    assert (x.max(), y.max()) == (200, 10)
    assert train.name == tmp_path.name


@pytest.mark.parametrize("folders", [("trainA", "trainB"), ("A", "B"), ("train/A", "train/B")])
def test_two_folders_of_equal_names(tmp_path, folders):
    for number, name in enumerate(["one", "two"]):
        write(tmp_path / folders[0] / f"{name}.png", flat(10 * number))
        write(tmp_path / folders[1] / f"{name}.jpg", flat(200 + 10 * number, (20, 16)))
    pairs = load_pairs(tmp_path, SHAPE, jitter=False)
    assert [int(x.max()) for x in pairs.inputs.images] == [0, 10]
    np.testing.assert_allclose([x.max() for x in pairs.targets.images], [200, 210], atol=2)


def test_a_picture_without_a_partner_is_named(tmp_path):
    for name in ("A/one.png", "A/two.png", "B/one.png", "B/three.png"):
        write(tmp_path / name, flat(0))
    with pytest.raises(ValueError, match=r"2 are alone \(three, two\)"):
        load_pairs(tmp_path, SHAPE)


def test_a_pair_with_a_broken_picture_is_skipped(tmp_path, caplog):
    for name in ("A/one.png", "A/two.png", "B/one.png"):
        write(tmp_path / name, flat(50))
    (tmp_path / "B" / "two.png").write_bytes(b"no picture")
    pairs = load_pairs(tmp_path, SHAPE)
    assert len(pairs) == 1
    assert "Using 1 of 2 pairs" in caplog.text and "1 unusable (A/two.png: " in caplog.text


def both(folder, a, b, orientation=1):
    """Writes a pair, of which A has an EXIF orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    for side, picture, options in (("A", a, {"exif": exif}), ("B", b, {})):
        (folder / side).mkdir(parents=True, exist_ok=True)
        picture.save(folder / side / "one.png", **options)


WIDE = Image.fromarray(np.arange(24 * 36, dtype="uint16").reshape(24, 36).astype("uint8"))


@pytest.mark.parametrize(
    "b, orientation, sizes",
    [
        (WIDE.crop((0, 0, 24, 24)), 1, "36 x 24 and 24 x 24"),
        (WIDE.crop((0, 0, 30, 24)), 1, "36 x 24 and 30 x 24"),
        (WIDE, 6, "24 x 36 and 36 x 24"),  # drawn on the stored pixels
    ],
)
def test_pairs_of_other_proportions_are_skipped_and_named(tmp_path, caplog, b, orientation, sizes):
    both(tmp_path, WIDE, b, orientation)
    with pytest.raises(ValueError, match=rf"A/one.png: .* other proportions: {sizes}"):
        load_pairs(tmp_path, SHAPE)
    write(tmp_path / "A" / "two.png", flat(50))
    write(tmp_path / "B" / "two.png", flat(60))
    pairs = load_pairs(tmp_path, SHAPE, jitter=False)
    assert len(pairs) == 1 and pairs.inputs.images.max() == 50
    assert "Using 1 of 2 pairs" in caplog.text and "A/one.png: the pictures of" in caplog.text


@pytest.mark.parametrize(
    "b, orientation",
    [
        (WIDE, 1),
        (WIDE.resize((18, 12)), 1),
        (WIDE.resize((5, 3)), 1),
        (WIDE.resize((101, 67)), 1),
        (WIDE.transpose(Image.Transpose.ROTATE_270), 6),  # drawn on the upright picture
    ],
)
def test_pairs_of_other_sizes_are_pairs(tmp_path, caplog, b, orientation):
    both(tmp_path, WIDE, b, orientation)
    pairs = load_pairs(tmp_path, SHAPE, jitter=False)
    assert len(pairs) == 1 and not caplog.records


@pytest.mark.parametrize("size, orientation", [((24, 24), 6), ((36, 24), 3)])
def test_pairs_that_may_be_turned_are_named(tmp_path, caplog, size, orientation):
    both(tmp_path, WIDE.resize(size), WIDE.resize(size), orientation)
    assert len(load_pairs(tmp_path, SHAPE)) == 1
    (record,) = caplog.records
    assert "one picture of 1 pairs is turned by its EXIF tag" in record.message
    assert record.message.endswith("A/one.png")


def test_names_that_are_no_pairs_are_refused(tmp_path):
    for name in ("A/one.png", "A/one.jpg", "B/one.png"):
        write(tmp_path / name, flat(0))
    with pytest.raises(ValueError, match="more than one picture of the name 'one': one.jpg and"):
        load_pairs(tmp_path, SHAPE)
    (tmp_path / "A" / "one.jpg").unlink()
    write(tmp_path / "A" / "two.png", flat(0))
    (tmp_path / "B" / "two.heic").touch()
    with pytest.raises(ValueError, match=r"1 are alone \(two\); left out: 1 of a format .*heic"):
        load_pairs(tmp_path, SHAPE)


def test_odd_widths_grey_pictures_and_transparency(tmp_path):
    write(tmp_path / "grey.png", np.full((8, 16), 90))
    write(tmp_path / "odd.png", flat(0, (8, 15)))
    Image.new("RGBA", (16, 8), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    pairs = load_pairs(tmp_path, SHAPE, jitter=False)
    assert sorted(int(x.max()) for x in pairs.inputs.images) == [90, 255]
    (tmp_path / "grey.png").unlink(), (tmp_path / "clear.png").unlink()
    with pytest.raises(ValueError, match="odd.png: its width, 15, is odd"):
        load_pairs(tmp_path, SHAPE)


def test_edges_of_photographs(tmp_path):
    photo = flat(40, (32, 32))
    photo[:, 16:] = 220
    write(tmp_path / "photo.png", photo)
    pairs = load_pairs(tmp_path, (32, 32, 3), edges=True, jitter=False)
    edges = pairs.inputs.images[0, ..., 0]
    assert pairs.inputs.image_shape == (32, 32, 1) and pairs.output_channels == 3
    assert (edges[:, 15:17] == 0).all() and (edges[:, :11] == 255).all()
    np.testing.assert_array_equal(pairs.targets.images[0], photo)
    assert (edge_map(flat(77)) == 255).all()


def test_the_photographs_of_scikit_learn():
    train, test = (load_pairs("photos", (32, 32, 3), split=s) for s in ("train", "test"))
    assert len(train) > 500 and len(test) > 50 and train.image_shape == (32, 32, 1)
    assert train.targets.images.std() > 30
    assert len(load_pairs("photos", (32, 32, 3), limit=3)) == 3
    with pytest.raises(ValueError, match="at most 427 x 160"):
        load_pairs("photos", (256, 256, 3), split="test")


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"source": "no/such/folder"}, "must be a folder of pictures, or 'photos'"),
        ({"direction": "up"}, r"direction must be one of \('a_to_b', 'b_to_a'\), got 'up'"),
        ({"split": "validation"}, "no sub-folder 'validation'"),
        ({"image_shape": (8, 8)}, "image_shape must be"),
    ],
)
def test_wrong_arguments_are_named(tmp_path, arguments, message):
    write(tmp_path / "a.png", flat(0, (8, 16)))
    with pytest.raises(ValueError, match=message):
        load_pairs(**({"source": tmp_path, "image_shape": SHAPE} | arguments))


# --- load_unpaired --------------------------------------------------------------------------------


def test_two_folders(tmp_path):
    for name, level in (
        ("trainA/a", 10),
        ("trainA/b", 20),
        ("trainB/c", 30),
        ("testA/d", 40),
        ("testB/e", 50),
    ):
        write(tmp_path / f"{name}.png", flat(level))
    train, test = (load_unpaired(tmp_path, SHAPE, split=s) for s in ("train", "test"))
    assert (len(train.a), len(train.b), len(test.a)) == (2, 1, 1)
    assert train.a.image_shape == (9, 9, 3) and test.a.image_shape == SHAPE
    a, b = next(iter(test.dataset(1)))
    assert (levels(a).max(), levels(b).max()) == (40, 50)
    labelled = data.load_images(tmp_path, SHAPE)  # for a classifier of the domains
    assert (labelled.class_names, labelled.labels.tolist()) == (["A", "B"], [0, 0, 1])


def test_a_missing_domain_is_named(tmp_path):
    write(tmp_path / "trainA" / "a.png", flat(0))
    with pytest.raises(ValueError, match="trainA and trainB.*trainB is missing"):
        load_unpaired(tmp_path, SHAPE)


def test_a_temple_and_a_flower():
    domains = load_unpaired("photos", (64, 64, 3))
    # The flower is dark green around red, the temple under a bright sky.
    assert domains.a.images.mean() > domains.b.images.mean() + 30


def test_real_pictures():
    facades = load_pairs(shared_data("facades"), (64, 64, 3), split="test", direction="b_to_a")
    assert len(facades) == 100
    # Label maps have few colours, of which JPEG makes many: blue dominates.
    assert facades.inputs.images[..., 2].mean() > facades.inputs.images[..., 0].mean() + 30
    animals = load_unpaired(shared_data("horse2zebra"), (64, 64, 3), split="test")
    assert (len(animals.a), len(animals.b)) == (40, 40)
