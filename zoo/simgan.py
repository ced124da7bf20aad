"""SimGAN from printed digits to handwritten ones.

`kerasgan train --model=simgan`, towards the digits of scikit-learn, which are blurred at this size:
936 steps of 32 in three and a half minutes of a CPU core's time. Refined digits are as blurred,
changed by 0.290 of 2 a pixel. By

    python scripts/train_on_refined.py --model=runs/simgan-digits --dataset=digits --epochs=1

a classifier trained on the refined digits names 72.4 % of the 297 test images right, one trained on
the printed digits 27.6 % (one seed). A classifier of the real ones finds the class of 73.5 % of the
refined digits, and of 72.2 % of the printed ones: it knows neither well.

`kerasgan train --model=simgan --dataset=mnist --limit=30000`: 937 steps of 32 in three and a half
minutes of a CPU core's time. The refined digits, changed by 0.061 of 2 a pixel, are as rough as
handwriting, and some thin strokes are torn. On held-out images the discriminator, of 23 x 23
pixels, has 46 % of the real patches right and 86 % of the refined ones. Then

    python scripts/train_on_refined.py --model=runs/simgan-mnist --dataset=mnist

finds that 93.0 % of the refined digits keep their class (99.1 % before), and that a classifier
trained on the refined digits names 72.3 % of MNIST right, one trained on the printed digits 70.8 %
(one seed of each; seeds of the latter differ by half a point). The paper gains 22 points for gazes,
whose synthetic images differ in texture and noise; printed digits differ in form too.

Tried with a smaller classifier, of which 65.6 % is right after the printed digits, 3,000 images of
MNIST, and 350 to 1,050 steps of both networks: a weight of 0.15 has 64.3 to 66.0 %, and 90 to 94 %
keep their class; to keep the maxima of 3 x 3 pixels (`features`), which tears fewer strokes, 63.9 %
and 90 %; to keep a few of these and the features and logits of a classifier of printed digits,
64.3 % and 91 %. At a weight of 0.05, patches of 15 x 15 and learning rates of 1e-3 images went
black.
"""

from kerasgan import data, models, networks
from zoo.recipe import Recipe, Settings, Small, adam


def _small(domains, seed):
    """A refiner a quarter as wide as the paper's, one update of each network, shorter starts."""
    return {
        "generator": networks.simgan.refiner(domains.image_shape[2], width=16, seed=seed),
        "regularization_weight": 0.2,
        "generator_steps": 1,
        "generator_start": 200,
        "discriminator_start": 50,
        "history_size": 3200,
        "ema": 0.99,
    }


RECIPE = Recipe(
    name="simgan",
    model=models.SimGAN,
    data={
        "digits": Settings((28, 28, 1), batch_size=32, epochs=3, small=True),
        "mnist": Settings((28, 28, 1), batch_size=32, epochs=1, small=True),
    },
    own_data=Settings((35, 55, 1), batch_size=512, epochs=10),
    small=Small(_small, lambda steps: adam(5e-4, 2e-4)),
    load=data.load_adaptation,
    load_options=("synthetic", "padding"),
    held_out=lambda domains, batch_size: domains.dataset(batch_size),
    examples=lambda domains: domains.dataset(4),
)
