"""Next-frame prediction on moving digits, on panning photographs and on folders of clips.

`kerasgan train --model=next_frame`
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
