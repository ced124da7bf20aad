"""Trains a model of the zoo.

With no flag at all it trains DCGAN on the handwritten digits inside scikit-learn, about a minute
on two cores; models that make images of images begin with the photographs inside scikit-learn. The
run's folder then holds recipe.json, config.json, history.csv, curves.png, samples/, checkpoints/,
logs/ (for TensorBoard), model.keras and saved_model/. A killed run continues with --resume, with
all the options that it began with. SIGTERM saves a checkpoint and ends with exit code 75.
"""

from zoo import quiet  # noqa: F401 before TensorFlow

from absl import flags

import zoo
from kerasgan import training
from kerasgan.training import folder, options
from zoo import command_line

_MODELS = "\n".join(f"  {name:8} {', '.join(recipe.data)}" for name, recipe in zoo.RECIPES.items())
__doc__ += f"""
Models, and the data sets that their recipes know:

{_MODELS}

Any other image data set of tensorflow_datasets, a folder of images and an .npz or .npy file work
too. pix2pix takes a folder of pictures that show A on the left and B on the right, or one with the
folders trainA and trainB of pictures with equal names, or, with --edges, of photographs. CycleGAN,
DualGAN and CoGAN take a folder with the folders trainA and trainB; of other data CoGAN makes a
second domain. SimGAN takes synthetic images, --synthetic, and real ones, --dataset. SRResNet and
SRGAN take a folder of pictures, next_frame one of clips, each a folder of numbered frames. A folder
`test`, or testA and testB, is evaluated on after each epoch.
"""

_MODEL = flags.DEFINE_enum("model", "dcgan", list(zoo.RECIPES), "Which model to train.")
_WORKDIR = flags.DEFINE_string(
    "workdir", None, "The run's folder. [default: runs/<model>-<dataset>]"
)
_RESUME = flags.DEFINE_bool(
    "resume",
    False,
    "Continue from the newest checkpoint, if any. Flags that are not given have the run's values.",
)
_ALLOW_CHANGED_DATA = flags.DEFINE_bool(
    "allow_changed_data",
    False,
    "Continue also within an epoch of a data set that has changed since.",
)
_DRY_RUN = flags.DEFINE_bool("dry_run", False, "Print what would be run, and stop.")

flags.DEFINE_string(
    "dataset",
    None,
    "A data set's name, a folder of images, or an .npz or .npy file. [default: the first that the "
    "recipe knows]",
)
flags.DEFINE_string("data_dir", None, "Where tensorflow_datasets keeps its data.")
flags.DEFINE_integer(
    "limit", None, "How many examples to use, from the first on. [default: all]", lower_bound=1
)
flags.DEFINE_bool(
    "stream",
    None,
    "Read images from the disk as they are needed, not into memory. [default: if they would take "
    "half of the memory that is free]",
)
flags.DEFINE_string(
    "cache_dir", None, "A folder for the decoded pixels of what is streamed, which are read faster."
)
flags.DEFINE_enum(
    "direction", "a_to_b", ["a_to_b", "b_to_a"], "Which of a pair to make of the other. [pix2pix]"
)
flags.DEFINE_bool(
    "edges", False, "Whether the pictures are photographs, and A their edges. [pix2pix]"
)
flags.DEFINE_integer("scale", 4, "How much larger to make pictures: 2, 4 or 8. [srresnet, srgan]")
flags.DEFINE_enum(
    "relation",
    "outlines",
    ["outlines", "negatives"],
    "What the second domain is made of: of the images' outlines, or negatives. [cogan]",
)
flags.DEFINE_string(
    "synthetic",
    "fonts",
    "The labelled images beside those of --dataset: fonts, which are digits, or as in --dataset. "
    "[cogan_adaptation, simgan]",
)
flags.DEFINE_integer(
    "padding",
    0,
    "Black pixels to lay around the images of --dataset before they are resized; 3 for USPS. "
    "[cogan_adaptation, simgan]",
    lower_bound=0,
)
flags.DEFINE_integer(
    "frames", 4, "How many frames the next is predicted of. [next_frame]", lower_bound=1
)
flags.DEFINE_string(
    "held_out", None, "A folder to evaluate on after each epoch. [default: the test split, if any]"
)
flags.DEFINE_string(
    "pretrained",
    None,
    "A run's folder, .keras file, or preset, with whose generator and discriminator to begin.",
)
flags.DEFINE_integer(
    "freeze",
    None,
    "How many of the discriminator's first layers keep their weights.",
    lower_bound=0,
)
flags.DEFINE_bool("small", None, "Train the recipe's small networks. [default: the recipe's]")
flags.DEFINE_string(
    "image_size", None, "A side in pixels, or HEIGHTxWIDTH. [default: the recipe's]"
)
flags.DEFINE_integer(
    "channels",
    None,
    "1 for grey, 3 for colours, 2 and 4 for these with transparency, or as many as arrays in a "
    "file have. [default: the recipe's]",
    lower_bound=1,
    upper_bound=command_line.MOST,
)
flags.DEFINE_integer("epochs", None, "How many epochs. [default: the recipe's]", lower_bound=1)
flags.DEFINE_integer(
    "steps_per_epoch", None, "Steps in an epoch. [default: the whole data set]", lower_bound=1
)
flags.DEFINE_integer(
    "batch_size",
    None,
    "Images a step over all replicas, shared by the discriminator's steps. [default: the recipe's]",
    lower_bound=1,
)
flags.DEFINE_string(
    "augment",
    None,
    "How images are augmented before the discriminator sees them, such as "
    "color,translation,cutout for few images, or adaptive, as often as it takes, or "
    "adaptive:50000 with the images in which that can rise to always; empty: not at all. "
    "[default: the recipe's]",
)
flags.DEFINE_float(
    "ema",
    None,
    "The decay of the generator's average, such as 0.999; 0 for none. [default: the recipe's]",
    lower_bound=0.0,
)
flags.DEFINE_string("adversarial_loss", None, "Such as hinge. [default: the model's]")
flags.DEFINE_string(
    "penalty",
    None,
    "On the discriminator's gradients, such as r1, or r1:0.1 with its weight. [default: the "
    "recipe's, or the model's]",
)
flags.DEFINE_float(
    "content_weight",
    None,
    "The weight of the loss of the content. [pix2pix, srresnet, srgan]",
    lower_bound=0.0,
)
flags.DEFINE_float(
    "adversarial_weight",
    None,
    "The weight of the adversarial loss. [pix2pix, cyclegan, dualgan, srgan, next_frame]",
    lower_bound=0.0,
)
flags.DEFINE_float(
    "l1_weight", None, "The weight of the mean absolute difference. [next_frame]", lower_bound=0.0
)
flags.DEFINE_float(
    "l2_weight", None, "The weight of the mean squared difference. [next_frame]", lower_bound=0.0
)
flags.DEFINE_float(
    "gdl_weight", None, "The weight of the gradient difference loss. [next_frame]", lower_bound=0.0
)
flags.DEFINE_float(
    "generator_learning_rate", None, "A constant one. [default: the recipe's]", lower_bound=0.0
)
flags.DEFINE_float(
    "discriminator_learning_rate", None, "A constant one. [default: the recipe's]", lower_bound=0.0
)
flags.DEFINE_enum(
    "strategy",
    "auto",
    ["auto", "one_device", "mirrored", "multi_worker", "tpu"],
    "How to distribute training. auto: mirrored on several GPUs, else one device. mirrored: all "
    "GPUs, or without any all (logical) CPUs. multi_worker: the cluster in TF_CONFIG, or Slurm's "
    "job step; all workers need the same --workdir. tpu: the TPU in TPU_NAME; untested.",
)
flags.DEFINE_bool(
    "synchronize_batch_norm",
    False,
    "Normalize over the whole batch, not over each replica's share.",
)
flags.DEFINE_enum(
    "mixed_precision",
    "float32",
    ["float32", "mixed_float16", "mixed_bfloat16"],
    "The precision that networks compute in.",
)
flags.DEFINE_bool("jit_compile", False, "Compile the step with XLA.")
flags.DEFINE_integer(
    "seed", 0, "The seed of weights, noise and shuffling.", lower_bound=0, upper_bound=2**32 - 1
)
flags.DEFINE_integer(
    "checkpoint_every",
    None,
    "Save a checkpoint after each so many steps, too. [default: at the end of each epoch]",
    lower_bound=1,
)
flags.DEFINE_string(
    "metrics",
    "",
    "Metrics of generated images, such as frechet,kernel,precision_recall,density_coverage. "
    "[default: none]",
)
flags.DEFINE_integer(
    "metrics_every",
    1,
    "Measure after the first epoch, then after each so many, and after the last.",
    lower_bound=1,
)
flags.DEFINE_string(
    "features",
    None,
    "Whose features the metrics compare: digits, fashion_mnist, mnist, efficientnet_lite0, or a "
    ".keras file. [default: those of the data set, else efficientnet_lite0]",
)
flags.DEFINE_string(
    "monitor",
    None,
    "The logged value, such as val_accuracy, by which best.keras is chosen. [default: the "
    "recipe's, or the first metric, if any]",
)
flags.DEFINE_enum(
    "on_collapse",
    "warn",
    ["warn", "stop", "rollback"],
    "What to do when the game goes wrong: only say so, stop, or go on from an older checkpoint "
    "with other noise.",
)


@command_line.run_errors()
def main():
    """Trains, samples, saves and exports."""
    given = {
        name: flags.FLAGS[name].value
        for name in options.CHECKS
        if name in flags.FLAGS and flags.FLAGS[name].present
    }
    for name in ("workdir", "dataset", "held_out", "pretrained", "data_dir", "cache_dir"):
        options.check(name, flags.FLAGS[name].value)
    if flags.FLAGS["image_size"].present:
        given["image_size"] = command_line.parse_size(flags.FLAGS["image_size"].value)
    given["channels"] = flags.FLAGS["channels"].value
    name, workdir = _MODEL.value, _WORKDIR.value
    if _RESUME.value and workdir is not None and not flags.FLAGS["model"].present:
        name = folder.read_options(folder.path_of(workdir)).get("model", name)
    if name not in zoo.RECIPES:
        raise command_line.UserError(f"{workdir} holds a run of {name!r}, which is no model here")
    recipe = zoo.RECIPES[name]
    workdir = folder.path_of(workdir or training.default_workdir(recipe, given.get("dataset")))
    try:
        training.train(
            recipe,
            given.pop("dataset", None),
            workdir,
            resume=_RESUME.value,
            allow_changed_data=_ALLOW_CHANGED_DATA.value,
            dry_run=_DRY_RUN.value,
            **given,
        )
    except training.TrainingStopped as error:
        raise SystemExit(f"error: {command_line.as_flags(str(error))}") from error
