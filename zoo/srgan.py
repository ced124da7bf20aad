"""SRResNet and SRGAN, 4 x, on photographs and on folders of pictures.

`kerasgan train --model=srresnet`: from the two photographs inside scikit-learn. Then
`kerasgan train --model=srgan --pretrained=runs/srresnet-photos`. Not measured.

On 200 photographs (the training split of BSDS300), eight blocks of 32 channels where the paper has
16 of 64, on one CPU core of two, the other one busy as well:

- `kerasgan train --model=srresnet --dataset=photographs --small --held_out=Set5
  --epochs=30 --steps_per_epoch=250`: 7,500 steps of 16 in 51 minutes.
- `kerasgan train --model=srgan --dataset=photographs --small --held_out=Set5
  --pretrained=runs/srresnet-photographs --epochs=16 --steps_per_epoch=100`: 1,600 steps in 28
  minutes.

| PSNR in dB, Y | Set5 | Set14 | sharpness on Set5 |
|---|---|---|---|
| bicubic | 28.43 | 26.09 | 5.3 |
| SRResNet | 29.89 | 27.13 | 6.7 |
| SRGAN | 27.42 | 25.42 | 10.3 |
| the photographs | | | 9.6 |

The paper's SRResNet, after a million steps on 350,000 photographs, has 32.05 and 28.49 dB; its
SRGAN that compares pixels, as this one does, 30.64 and 26.92 dB. After so few steps ours draws a
grain on even areas.

The presets `srresnet_bsds200` and `srgan_bsds200` are the same commands, the second with
`--pretrained=srresnet_bsds200`: 29.87 dB and a sharpness of 6.7, 73 minutes of a core with AVX2;
27.25 dB and 10.5, 47 minutes. On all of BSD100 they have 26.72 dB and 5.5, and 25.36 dB and 9.4,
bicubic enlargement 25.96 dB and 4.0, and the photographs 13.8. Of the 77 of these that are wider
than high, enlarged, against the photographs, on the features efficientnet_lite0_features_57934424:
Frechet distances 99.3 and 95.1, kernel distances 0.043 and 0.005, as the game brings texture back.

`upscale` of a picture of 4,000 x 3,000 pixels by the small network takes 2.3 GB.
"""

import dataclasses

import keras

from kerasgan import data, models, networks, optimizers
from zoo.recipe import Recipe, Settings, Small, adam


def _small_generator(pictures, seed):
    """Eight blocks of 32 channels where the paper has 16 of 64."""
    channels = pictures.image_shape[2]
    return networks.srgan.generator(pictures.scale, channels, 32, 8, seed=seed)


def _small(pictures, seed):
    return {
        "scale": pictures.scale,
        "generator": _small_generator(pictures, seed),
        "discriminator": networks.srgan.discriminator(
            pictures.image_shape, width=32, units=256, seed=seed
        ),
    }


def _falling_adam(steps):
    """A larger learning rate than the paper's, for less than its million steps, and falling."""
    rate = keras.optimizers.schedules.CosineDecay(5e-4, steps)
    return {"generator_optimizer": optimizers.Adam(rate)}


def _adam(steps):
    """The paper's learning rate, a tenth of it in the second half."""
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([steps // 2], [1e-4, 1e-5])
    return adam(rate, rate, beta_1=0.9)


SRGAN = Recipe(
    name="srgan",
    model=models.SRGAN,
    data={"photos": Settings((96, 96, 3), batch_size=16, epochs=50, small=True)},
    own_data=Settings((96, 96, 3), batch_size=16, epochs=1000),
    options=lambda pictures, seed: {"scale": pictures.scale},
    small=Small(_small),
    optimizers=_adam,
    arguments=("ema", "content_weight", "adversarial_weight"),
    load=data.load_super_resolution,
    load_options=("scale",),
    held_out=lambda pictures, batch_size: pictures.dataset(),
    examples=lambda pictures: pictures.stream(4, seed=0),
)

SRRESNET = dataclasses.replace(
    SRGAN,
    name="srresnet",
    model=models.SRResNet,
    small=Small(
        lambda pictures, seed: {
            "scale": pictures.scale,
            "generator": _small_generator(pictures, seed),
        }
    ),
    optimizers=_falling_adam,
    arguments=("ema", "content_weight"),
)
