"""Shows what the styles of a trained StyleGAN do.

kerasgan styles --model=runs/stylegan2-mnist --output=styles
kerasgan styles --model=runs/stylegan2-mnist --layer=3 --rows=4 --columns=6 --seed=7 --output=styles
kerasgan styles --model=runs/stylegan2-mnist --classifier=mnist --output=styles

It writes three pictures. mixing.png: the images of the first column with the fine layers of those
of the first row, after figure 3 of Karras et al., 2018, arXiv:1812.04948. truncation.png: in each
row an image with psi from -1 to 1, after figure 8. noise.png: in each row an image, three more that
differ in their noise alone, and where they differ, after figures 4 and 5. With --classifier it
prints how often the class changes with the styles of the coarse layers, and with those of the fine.
"""

from zoo import quiet  # noqa: F401 before TensorFlow

import numpy as np
import tensorflow as tf
from absl import flags

from kerasgan import metrics
from kerasgan.data import image_grid, save_image
from kerasgan.models.styles import StyleBased
from kerasgan.training import folder, loading
from zoo import command_line, measuring

_MODEL = flags.DEFINE_string(
    "model", None, "A run's folder, a .keras file, or a preset's name or folder.", required=True
)
_OUTPUT = flags.DEFINE_string("output", "styles", "The folder for the pictures.")
_ROWS = flags.DEFINE_integer("rows", 6, "Images in a column.", lower_bound=1, upper_bound=100)
_COLUMNS = flags.DEFINE_integer("columns", 8, "Images in a row.", lower_bound=1, upper_bound=100)
_LAYER = flags.DEFINE_integer(
    "layer", None, "The first of the fine layers. [default: the middle]", lower_bound=0
)
_SEED = flags.DEFINE_integer(
    "seed", 0, "The seed of the first image.", lower_bound=0, upper_bound=2**32 - 1000
)

_CLASSIFIER = flags.DEFINE_enum(
    "classifier", None, list(metrics.CLASSIFIERS), "Which of the package's names the classes."
)

_MIXED = 1000  # images whose classes are named
_PSIS = (-1.0, -0.7, -0.4, 0.0, 0.4, 0.7, 1.0)
_DRAWS = 64  # images over which noise is measured


@command_line.run_errors()
def main():
    """Loads, generates, writes."""
    output = folder.path_of(_OUTPUT.value)
    command_line.check_new(output, folder=True)
    model = loading.load_model(folder.path_of(_MODEL.value))
    if not isinstance(model, StyleBased):
        raise command_line.UserError(
            f"{_MODEL.value} holds a {type(model).__name__}, which has no styles: train stylegan "
            "or stylegan2"
        )
    layer = model.layers_count // 2 if _LAYER.value is None else _LAYER.value
    seeds = range(_SEED.value, _SEED.value + _ROWS.value)
    others = range(seeds.stop, seeds.stop + _COLUMNS.value)
    with command_line.user_errors(ValueError):
        pictures = {
            "mixing": model.mixing_grid(seeds, others, layer),
            "truncation": truncation(model, seeds),
            "noise": noise(model, seeds),
        }
        if _CLASSIFIER.value:
            coarse, fine = measuring.class_changes(
                model, metrics.classifier(_CLASSIFIER.value, "logits"), layer, _SEED.value, _MIXED
            )
            print(
                f"Of {_MIXED} images, as the classifier names them, {coarse:.1%} have another "
                f"class with other coarse styles, before layer {layer}, {fine:.1%} with other fine "
                "styles"
            )
    with command_line.new_folder(output):
        for name, picture in pictures.items():
            save_image(output / f"{name}.png", picture)
    print(f"{', '.join(f'{name}.png' for name in pictures)} in {output}")


def truncation(model, seeds):
    """Returns in each row an image between its opposite and itself."""
    made = [[model.generate(1, seed, truncation=psi)[0] for psi in _PSIS] for seed in seeds]
    return image_grid(np.concatenate(made), len(_PSIS))


def noise(model, seeds):
    """Returns in each row an image, what other noise makes of it, and how much pixels deviate."""
    rows = []
    for seed in seeds:
        w = model.map(model.sample_latent(1, seed))
        drawn = model.apply(model.sampler.layers[-1], tf.repeat(w, _DRAWS, axis=0), training=True)
        drawn = model.examples.from_float(drawn).numpy()
        deviation = drawn.std(axis=0).mean(axis=-1, keepdims=True)
        deviation = np.round(255 * deviation / max(deviation.max(), 1e-9)).astype("uint8")
        deviation = np.broadcast_to(deviation, model.image_shape)
        rows += [model.synthesize(w)[0], *drawn[:3], deviation]
    return image_grid(np.stack(rows), 5)
