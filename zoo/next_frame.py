"""Next-frame prediction on moving digits, on panning photographs and on folders of clips.

`kerasgan train --model=next_frame`: two digits that move, ten epochs of 375 steps. Not measured.

`python scripts/compare_frames.py --dataset=ped2 --steps=1200`, frames of UCSD Pedestrian 2 at half
size, of eight clips to train on and three to test: 1,200 steps of 8 parts of 32 x 32 pixels for
each loss, in five to seven minutes without discriminators and ten with them, on a CPU core that
others used too (0.08 and 0.14 s of its time a step). Half the widths of the authors' script. Of 90
whole frames of 176 x 120, the mean in dB:

| loss | PSNR in dB | of moving pixels | sharpness difference in dB |
|---|---|---|---|
| copy of the last frame | 31.84 | 17.88 | 20.40 |
| L2 | 35.27 | 24.09 | 20.23 |
| L1 | 34.92 | 22.94 | 20.34 |
| GDL + L1 | 35.72 | 23.73 | 20.79 |
| adversarial | 35.27 | 24.22 | 20.13 |
| adversarial + GDL | 35.87 | 23.91 | 20.85 |

"Adversarial" is L2 with discriminators. In the last row they had a learning rate of 0.002
(`--discriminator_learning_rate`), in the one before the recipe's. All predictions are much nearer
than a copy where something moves. Sharpness is in the paper's order, GDL above L1 above L2, but the
game's part in it is small, and of one seed: the discriminators hardly told real frames from others
in so few steps (their loss fell from 5.55 to 5.49). The paper has 26.5 to 32.0 dB of moving areas
of UCF101, measured otherwise: static pixels are counted as equal.
"""

from kerasgan import data, models, networks, optimizers
from zoo.recipe import Recipe, Settings, Small, adam


def _frames(clips, seed):
    return {"frames": clips.frames}


def _narrow(clips, seed):
    """Half the widths of the authors' script, which has an eighth of the paper's."""
    build, shape, frames = networks.next_frame, clips.image_shape, clips.frames
    sizes = [[[n // 2 for n in part] for part in scale] for scale in build.PUBLISHED]
    judges = build.discriminators(shape, frames, sizes, seed)
    return _frames(clips, seed) | {
        "generator": build.generator(shape[2], frames, width=8, seed=seed),
        **{judge.name: judge for judge in judges},
    }


def _falling_adam(steps):
    """Learning rates that fall in the second half."""
    return adam(optimizers.LinearDecay(1e-3, steps), optimizers.LinearDecay(5e-4, steps))


RECIPE = Recipe(
    name="next_frame",
    model=models.NextFrameGAN,
    data={
        "moving_digits": Settings((32, 32, 1), batch_size=8, epochs=10, small=True),
        "photos": Settings((32, 32, 3), batch_size=8, epochs=10, small=True),
    },
    own_data=Settings((32, 32, 3), batch_size=8, epochs=40, small=True, least_steps=200),
    options=_frames,
    small=Small(_narrow),
    optimizers=_falling_adam,
    arguments=("ema", "l1_weight", "l2_weight", "gdl_weight", "adversarial_weight"),
    load=data.load_clips,
    load_options=("frames",),
    held_out=lambda clips, batch_size: clips.dataset(8),
    monitor="val_psnr",
    examples=lambda clips: clips.dataset(8),
)
