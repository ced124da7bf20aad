# %% [markdown]
# # Why predictions blur, and what an adversary changes
#
# A digit stands in the middle, and jumps to the left, stays, or jumps to the right, each as likely
# as the others. What is the next frame? The best answer of one image depends on the loss. Of a
# pixel that is white with probability 1/3,
#
#     the mean, 1/3,  minimises E|y - G(x)|^2
#     the median, 0,  minimises E|y - G(x)|
#
# so that the squared difference makes three grey digits, and the absolute one makes none. Both are
# unlike every frame there is, which a discriminator sees: Mathieu et al., 2015, arXiv:1511.05440,
# sections 1 and 3.2. `kerasgan/losses/reconstruction.py` has `l1` and `l2`, and
# `kerasgan/models/image_to_image.py`, `ContentGAN.train_step`, is the game.

# %%
import os

import keras
import matplotlib.pyplot as plt
import numpy as np

import kerasgan

EPOCHS = int(os.environ.get("LECTURE_EPOCHS", 15))
SHAPE = (8, 24, 1)


def frames(digits, seed):
    """Returns frames with a digit in the middle, and the next frames, uint8 (N, 8, 24, 1)."""
    random = np.random.default_rng(seed)
    now, after = np.zeros((2, len(digits), *SHAPE), np.uint8)
    now[:, :, 8:16] = digits
    for frame, digit, place in zip(
        after, digits, random.integers(3, size=len(digits)), strict=True
    ):
        frame[:, 8 * place : 8 * place + 8] = digit
    return now, after


now, after = frames(np.tile(kerasgan.data.load_images("digits").images, (10, 1, 1, 1)), seed=0)
held_out, truth = frames(kerasgan.data.load_images("digits", split="test").images[:6], seed=1)

# %% [markdown]
# One generator, and a discriminator that sees the frame before it too. The paper has networks of
# several scales, `kerasgan.models.NextFrameGAN`; these frames are small enough for one.


# %%
def generator():
    """Returns a network from a frame to the next one."""
    keras.utils.set_random_seed(0)
    x = inputs = keras.Input(SHAPE)
    x = keras.layers.Flatten()(x)
    for units in (256, 256):
        x = keras.layers.Dense(units, activation="relu")(x)
    x = keras.layers.Dense(int(np.prod(SHAPE)), activation="tanh")(x)
    return keras.Model(inputs, keras.layers.Reshape(SHAPE)(x))


def discriminator():
    """Returns a network from a next frame and the frame before it to a logit."""
    keras.utils.set_random_seed(1)
    inputs = [keras.Input(SHAPE), keras.Input(SHAPE)]
    x = keras.layers.Flatten()(keras.layers.Concatenate()(inputs))
    for units in (256, 256):
        x = keras.layers.LeakyReLU(0.2)(keras.layers.Dense(units)(x))
    return keras.Model(inputs, keras.layers.Dense(1)(x))


# %% [markdown]
# Without an adversarial weight there is no discriminator; without a content weight there is nothing
# else.

# %%
made = {"the frame": held_out}
for name, content, weights in (
    ("l2", kerasgan.losses.l2, {"content_weight": 1.0, "adversarial_weight": 0.0}),
    ("l1", kerasgan.losses.l1, {"content_weight": 1.0, "adversarial_weight": 0.0}),
    ("adversarial", kerasgan.losses.l1, {"content_weight": 0.0, "adversarial_weight": 1.0}),
):
    judge = {"discriminator": discriminator()} if weights["adversarial_weight"] else {}
    gan = kerasgan.models.Pix2Pix(SHAPE, 1, generator(), **judge, **weights, seed=0)
    optimizers = [keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in gan.players]
    penalty = {"penalty": kerasgan.losses.R1(1.0)} if judge else {}
    gan.compile(*optimizers, content_loss=content, **penalty)
    gan.fit(now, after, batch_size=50, epochs=EPOCHS, verbose=0)
    made[name] = gan.translate(held_out)
    thirds = made[name].reshape(6, 8, 3, 8).max(axis=(1, 3))
    print(f"{name}: the lightest pixels at the left, in the middle and at the right:")
    print(thirds)
made["what came"] = truth

# %%
figure, axes = plt.subplots(6, len(made), figsize=(10, 4.6), layout="constrained")
for column, (name, pictures) in zip(axes.T, made.items(), strict=True):
    column[0].set_title(name)
    for ax, picture in zip(column, pictures, strict=True):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=255)
        ax.set(xticks=[], yticks=[])
figure.savefig("blur.png", dpi=90)
