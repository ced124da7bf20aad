"""CoGAN on printed digits, MNIST and Fashion-MNIST, and for the adaptation of a classifier.

`kerasgan train --model=cogan`, printed digits and outlines of others, generators a quarter as wide
as the authors': 30 epochs (2,340 steps of 64) in nine minutes of the time of a CPU core. Of 10,000
pairs 93.9 % of the pixels agree, of the outlines of the first images with the second ones; with
those of other pairs it is 82.4 %, with black images 87.3 %. Most pairs show one digit and its
outline. The discriminators are right on 91 % of the real images and 92 % of the generated ones. By
`--seed=0` it is 93.4 %; 1,000 generated outlines against 1,000 others, on the features
mnist_features_95d22598: Frechet distance 6.9, precision 0.52, recall 0.75.

`kerasgan train --model=cogan_adaptation`, labelled printed digits and the digits of scikit-learn,
whose labels are unseen: 15 epochs (2,340 steps) in eight minutes of a core's time. 60.9 % of the
297 test images are named right; by a network of the kind of `scripts/train_classifier.py` that was
trained on the printed digits alone, 23.6 %.

`kerasgan train --model=cogan_adaptation --synthetic=mnist --dataset=usps.npz --padding=3
--held_out=usps.npz --mixed_precision=mixed_bfloat16 --seed=0`, labelled MNIST and the digits of
USPS without labels: after 2 of 10 epochs (1,874 steps of 64), ten minutes of a core's time, 93.5 %
of the 2,007 test images are named right. The package's classifier of MNIST, which has seen no USPS,
names 97.8 % right: framed so, they are near.

MNIST with outlines or negatives (`--dataset=mnist --relation=negatives`), at half the width, is not
measured yet. The paper has 95.2 % for outlines, 96.7 % for negatives, and 91.2 % of 1,800 images of
USPS. Both learning rates are 5e-4, where the authors have 2e-4.
"""

from kerasgan import data, models, networks
from zoo.recipe import Recipe, Settings, Small, adam, labelled, num_classes

_RELATIONS = {"outlines": data.outlines, "negatives": data.negatives}


def _load(source, image_shape, relation="outlines", **options):
    return data.load_related(source, image_shape, relation=_RELATIONS[relation], **options)


def _generators(domains, seed, width):
    build, shape = networks.cogan, domains.image_shape
    options = {"width": width, "seed": seed}
    return {
        "shared_generator": build.shared_generator(shape, **options),
        "generator_a": build.generator(shape, name="generator_a", **options),
        "generator_b": build.generator(shape, name="generator_b", **options),
    }


def _narrow(width):
    """Generators half as wide as the authors', or less, and a larger learning rate."""
    return Small(lambda domains, seed: _generators(domains, seed, width), _faster)


def _faster(steps):
    return adam(5e-4, 5e-4)


def _classes(domains, seed):
    return {"num_classes": num_classes(domains.a)}


def _adapting(width):
    return Small(
        lambda domains, seed: (
            _generators(domains, seed, width) | _classes(domains, seed) | {"ema": 0.995}
        ),
        _faster,
    )


def _labelled_reals(domains, batch_size):
    """Real images with their classes, or None if these are not known."""
    return None if domains.b.labels is None else domains.b.dataset(batch_size, labels=True)


RECIPE = Recipe(
    name="cogan",
    model=models.CoGAN,
    data={
        "fonts": Settings((28, 28, 1), batch_size=64, epochs=30, small=_narrow(32)),
        "mnist": Settings((28, 28, 1), batch_size=64, epochs=15, small=True),
        "fashion_mnist": Settings((28, 28, 1), batch_size=64, epochs=15, small=True),
    },
    own_data=Settings((32, 32, 3), batch_size=64, epochs=40, small=True, least_steps=200),
    small=_narrow(64),
    load=_load,
    load_options=("relation",),
    held_out=lambda domains, batch_size: domains.dataset(batch_size),
)
ADAPTATION = Recipe(
    name="cogan_adaptation",
    model=models.DomainAdaptationCoGAN,
    data={
        "digits": Settings((28, 28, 1), batch_size=64, epochs=15, small=_adapting(32)),
        "mnist": Settings((28, 28, 1), batch_size=64, epochs=10, small=True),
    },
    own_data=Settings((28, 28, 1), batch_size=64, epochs=10, small=True, least_steps=200),
    options=_classes,
    small=_adapting(64),
    load=data.load_adaptation,
    load_options=("synthetic", "padding"),
    stream=labelled,
    held_out=_labelled_reals,
    monitor="val_accuracy",
)
