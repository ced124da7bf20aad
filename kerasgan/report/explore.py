"""A page on which to play with a model, by Gradio."""

import functools
import os
import pathlib
import tempfile

import numpy as np
from PIL import Image

from kerasgan.data import image_grid, save_film
from kerasgan.engine.batches import predict_in_batches
from kerasgan.models.coding import GeneratesByCode
from kerasgan.models.completing import Completes
from kerasgan.models.generating import Generates
from kerasgan.models.inpainting import Inpaints
from kerasgan.models.labelling import GeneratesByLabel
from kerasgan.models.styles import StyleBased
from kerasgan.models.translating import Translates, TranslatesBothWays
from kerasgan.models.upscaling import Upscales

_ANY = "any"
_CSS = "img { image-rendering: pixelated; width: 100%; height: 100%; object-fit: contain; }"


def explorer(model, title):
    """Returns a Gradio app with what a model can do: a tab each.

    Args:
        model: A model that generates images of noise, translates or upscales pictures, or fills
            holes in them.
        title: The heading.

    Raises:
        ImportError: If Gradio is not installed.
        ValueError: If the model does nothing of that.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # nothing leaves the machine
    try:
        import gradio
    except ImportError as error:
        raise ImportError("The page needs Gradio: pip install 'kerasgan[demo]'.") from error
    tabs = {
        "Generate": (Generates, generate_tab),
        "Walk": (Generates, walk_tab),
        "Mix styles": (StyleBased, mix_tab),
        "Translate": ((Translates, TranslatesBothWays), translate_tab),
        "Upscale": (Upscales, upscale_tab),
        "Fill holes": ((Completes, Inpaints), fill_tab),
    }
    tabs = {name: tab for name, (kinds, tab) in tabs.items() if isinstance(model, kinds)}
    if not tabs or len(model.image_shape) != 3:
        raise ValueError(f"There is no page for a {type(model).__name__}.")
    with gradio.Blocks(title=title, analytics_enabled=False) as app:
        gradio.Markdown(f"# {title}")
        for name, tab in tabs.items():
            with gradio.Tab(name):
                tab(gradio, model)
    return app


def launch(app, host, port):
    """Serves an app until the process is stopped.

    Args:
        app: What `explorer` returns.
        host: The address to listen at, such as 127.0.0.1, where this machine alone reaches it.
        port: A number.
    """
    app.launch(server_name=host, server_port=port, share=False, css=_CSS, footer_links=[])


# ---------------------------------------------------------------------- what tabs show


def generated(model, count, seed, truncation=1.0, choice=_ANY):
    """Returns a picture of generated images, uint8 (H, W, C).

    Args:
        model: A model of noise.
        count: How many images.
        seed: The seed of their latents.
        truncation: As in `edited` of the model.
        choice: The class, or category, or "any".
    """
    inputs = model.draw_inputs(int(count), int(seed), *choice_of(choice))
    return image_grid(predict_in_batches(*model.edited(inputs, truncation), 64))


def choice_of(choice):
    """Returns the class in a list, or nothing for "any"."""
    return [] if choice in (None, _ANY) else [int(choice)]


def choices(model):
    """Returns the classes, or categories, that can be asked for, as text after "any"."""
    if isinstance(model, GeneratesByLabel):
        return [_ANY, *map(str, range(model.num_classes or 0))]
    if isinstance(model, GeneratesByCode):
        return [_ANY, *map(str, range(model.num_categories))]
    return [_ANY]


def walked(model, seed, other, frames, choice=_ANY):
    """Returns the path of a film from the image of one seed to that of another, and back.

    Args:
        model: A model of noise.
        seed: The first one.
        other: The other one.
        frames: How many there are.
        choice: The class, or category, or "any": then that of the first image.
    """
    ends = [model.draw_inputs(1, int(each), *choice_of(choice)) for each in (seed, other)]
    # What goes with latents, such as a class, is that of the first image.
    latents = np.concatenate([np.asarray(end[0]) for end in ends])
    inputs = [latents, *(np.repeat(np.asarray(x), 2, axis=0) for x in ends[0][1:])]
    images = predict_in_batches(*model.edited(inputs, count=2 * (int(frames) // 2)), 64)
    side = max(1, 256 // images.shape[1])
    path = pathlib.Path(tempfile.mkdtemp()) / "walk.gif"
    save_film(path, list(images.repeat(side, axis=1).repeat(side, axis=2)))
    return str(path)


def mixed(model, seed, other, layer, truncation=1.0):
    """Returns a picture of four images with the fine styles of six others, uint8 (H, W, C).

    Args:
        model: A model with styles.
        seed: The seed of the first of the four, whose coarse styles are kept.
        other: The seed of the first of the six.
        layer: The first of the fine layers.
        truncation: As in `StyleBased.mix`.
    """
    coarse, fine = (range(int(first), int(first) + n) for first, n in ((seed, 4), (other, 6)))
    return model.mixing_grid(coarse, fine, int(layer), truncation)


def fitted(picture, shape):
    """Returns a picture, a uint8 array of any form, as the centre of the shape (H, W, C).

    Raises:
        ValueError: If it is None.
    """
    if picture is None:
        raise ValueError("Give a picture first.")
    height, width, channels = shape
    image = Image.fromarray(np.asarray(picture)).convert("L" if channels == 1 else "RGB")
    scale = max(height / image.height, width / image.width)
    image = image.resize((round(image.width * scale), round(image.height * scale)))
    left, top = (image.width - width) // 2, (image.height - height) // 2
    pixels = np.asarray(image.crop((left, top, left + width, top + height)))
    return pixels.reshape(shape)


def filled(model, drawn, seed=0, choice="0"):
    """Returns a picture side by side: with its hole, and filled.

    Args:
        model: A model that completes or inpaints.
        drawn: What Gradio's ImageEditor gives: "background" and "layers", which are opaque where
            the hole is painted.
        seed: The seed of the search, of models of noise.
        choice: The class, of those that generate by class.

    Raises:
        ValueError: If there is no picture, or nothing is painted.
    """
    picture = fitted(drawn["background"], model.image_shape)
    painted = [layer[..., 3] for layer in drawn["layers"]]
    mask = fitted(np.max(painted, axis=0), (*picture.shape[:2], 1)) > 127 if painted else None
    if mask is None or not mask.any():
        raise ValueError("Paint the hole over the picture.")
    if isinstance(model, Completes):
        labels = [np.array([int(choice)], "int32")] * isinstance(model, GeneratesByLabel)
        made = model.complete(picture[None], mask[None, ..., 0], *labels, seed=int(seed))
    else:
        made = model.inpaint(picture[None], mask[None, ..., 0])
    return image_grid(np.stack([np.where(mask, np.uint8(128), picture), made[0]]), 2)


# ---------------------------------------------------------------------- the tabs


def generate_tab(gradio, model):
    """Seed, count, truncation and class; a picture."""
    with gradio.Row():
        with gradio.Column():
            seed = gradio.Number(1, label="Seed", precision=0, minimum=0, maximum=2**32 - 1)
            count = gradio.Slider(1, 100, 16, step=1, label="Images")
            truncation = gradio.Slider(
                0.1, 1.0, 1.0, label="Truncation", visible=not isinstance(model, GeneratesByCode)
            )
            choice = _choice(gradio, model)
            button = gradio.Button("Generate", variant="primary")
        picture = _picture(gradio, "Images")
    inputs = [count, seed, truncation, choice]
    button.click(_shown(gradio, functools.partial(generated, model)), inputs, picture)


def walk_tab(gradio, model):
    """Two seeds; a film from one image to the other."""
    with gradio.Row():
        with gradio.Column():
            seed = gradio.Number(1, label="From seed", precision=0, minimum=0)
            other = gradio.Number(2, label="To seed", precision=0, minimum=0)
            frames = gradio.Slider(4, 100, 32, step=2, label="Frames")
            choice = _choice(gradio, model)
            button = gradio.Button("Walk", variant="primary")
        film = _picture(gradio, "Film", type="filepath")
    button.click(functools.partial(walked, model), [seed, other, frames, choice], film)


def mix_tab(gradio, model):
    """Two seeds and a layer; images with the styles of others from there on."""
    last = 2**32 - 10
    with gradio.Row():
        with gradio.Column():
            seed = gradio.Number(1, label="Coarse seed", precision=0, minimum=0, maximum=last)
            other = gradio.Number(11, label="Fine seed", precision=0, minimum=0, maximum=last)
            layer = gradio.Slider(
                0, model.layers_count, model.layers_count // 2, step=1, label="First fine layer"
            )
            truncation = gradio.Slider(0.1, 1.0, 1.0, label="Truncation")
            button = gradio.Button("Mix", variant="primary")
        picture = _picture(gradio, "Coarse styles of the left, fine ones of above")
    inputs = [seed, other, layer, truncation]
    button.click(_shown(gradio, functools.partial(mixed, model)), inputs, picture)


def translate_tab(gradio, model):
    """A picture; what the model makes of it, in a direction if there are two."""
    both = isinstance(model, TranslatesBothWays)
    shape = model.image_shape if both else model.inputs_shape
    with gradio.Row():
        with gradio.Column():
            source = gradio.Image(label="Picture", sources=["upload", "clipboard"])
            direction = gradio.Radio(
                ["a_to_b", "b_to_a"], value="a_to_b", label="Direction", visible=both
            )
            button = gradio.Button("Translate", variant="primary")
        picture = _picture(gradio, "Translation")

    def translate(source, direction):
        options = {"direction": direction} if both else {}
        return model.translate(fitted(source, shape)[None], **options)[0]

    button.click(_shown(gradio, translate), [source, direction], picture)


def upscale_tab(gradio, model):
    """A picture; a larger one."""
    with gradio.Row():
        with gradio.Column():
            source = gradio.Image(label="Picture", sources=["upload", "clipboard"])
            button = gradio.Button("Upscale", variant="primary")
        picture = _picture(gradio, f"{model.scale} times as large")

    def upscale(source):
        shape = () if source is None else source.shape[:2]
        return model.upscale(fitted(source, (*shape, model.image_shape[2])))

    button.click(_shown(gradio, upscale), source, picture)


def fill_tab(gradio, model):
    """A picture on which the hole is painted; the picture filled."""
    with gradio.Row():
        with gradio.Column():
            drawn = gradio.ImageEditor(
                label="Picture: paint the hole",
                brush=gradio.Brush(default_color="#ff0000"),
                sources=["upload", "clipboard"],
            )
            seed = gradio.Number(0, label="Seed", precision=0, visible=isinstance(model, Completes))
            classes = choices(model)[1:] or ["0"]  # what is hidden needs a choice too
            choice = gradio.Dropdown(
                classes, value=classes[0], label="Class", visible=len(classes) > 1
            )
            button = gradio.Button("Fill", variant="primary")
        picture = _picture(gradio, "With its hole, and filled")

    fill = _shown(gradio, functools.partial(filled, model))
    button.click(fill, [drawn, seed, choice], picture)


def _choice(gradio, model):
    """A choice of a class, hidden where there are none."""
    known = choices(model)
    return gradio.Dropdown(known, value=_ANY, label="Class", visible=len(known) > 1)


def _picture(gradio, label, **options):
    """Where a picture is shown, and downloaded from."""
    buttons = ["download", "fullscreen"]
    options |= {"label": label, "buttons": buttons, "height": 480}
    return gradio.Image(format="png", interactive=False, **options)


def _shown(gradio, function):
    """Returns a function whose picture is as Gradio takes it, and whose errors are shown."""

    def shown(*values):
        try:
            picture = function(*values)
        except ValueError as error:
            raise gradio.Error(str(error)) from error
        return picture[..., 0] if picture.shape[-1] == 1 else picture

    return shown
