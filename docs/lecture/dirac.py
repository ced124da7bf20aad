# %% [markdown]
# # The smallest game: the Dirac GAN
#
# The data are the point 0. The generator makes the point theta, the discriminator is D(x) = psi x
# (Mescheder et al., "Which Training Methods for GANs do actually Converge?", 2018,
# arXiv:1801.04406, definition 2.1). The equilibrium is theta = psi = 0. There the gradient field
# has the eigenvalues +-i f'(0), f'(0) being 1/2: the players run around it. R1 (equation 9 of the
# paper, `kerasgan/losses/penalties.py`, `R1`) lets them run into it, with
# -gamma/2 +- sqrt(gamma^2/4 - f'(0)^2).
# The steps in turn are Algorithm 1 of Goodfellow et al., 2014, arXiv:1406.2661:
# `kerasgan/models/gan.py`, `AlternatingGAN.train_step`.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import kerasgan

STEPS, RATE, GAMMA = 160, 0.2, 0.3
START = 1.0, 1.0  # theta, psi

# %% [markdown]
# The losses are the library's, `kerasgan/losses/adversarial.py`. With sp for softplus, D minimises
# sp(-D(0)) + sp(D(theta)). G minimises -sp(D(theta)) in the game of `Minimax`, whose sum is zero,
# and sp(-D(theta)) in that of `NonSaturating`.


# %%
@tf.function
def gradients(loss, theta, psi, gamma):
    """Returns the gradients of G's loss by theta, and of D's by psi."""
    penalty = kerasgan.losses.R1(1.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([theta, psi])
        real, fake = psi * 0.0, psi * theta
        # The gradient of D(x) = psi x is psi.
        d_loss = loss.discriminator(real, fake) + gamma * penalty(tf.reshape(psi, (1, 1)))
        g_loss = loss.generator(fake)
    return tape.gradient(g_loss, theta), tape.gradient(d_loss, psi)


def play(loss, alternating, gamma=0.0):
    """Returns (theta, psi) after each step of gradient descent, (STEPS + 1, 2)."""
    (theta, psi), gamma = map(tf.constant, START), tf.constant(gamma)
    path = [(theta, psi)]
    for _ in range(STEPS):
        by_theta, by_psi = gradients(loss, theta, psi, gamma)
        psi = psi - RATE * by_psi
        if alternating:  # G answers the D that has just moved
            by_theta, _ = gradients(loss, theta, psi, gamma)
        theta = theta - RATE * by_theta
        path.append((theta, psi))
    return np.array(path)


# %% [markdown]
# `fit` plays the alternating games too. G adds theta to latents that are multiplied by 0, and D is
# a dense layer without a bias: `kerasgan/models/gan.py`, `AlternatingGAN.train_step`.


# %%
class Path(keras.callbacks.Callback):
    """Notes theta and psi after each step."""

    def on_train_begin(self, logs=None):
        """Notes where the game begins."""
        self.places = []
        self.on_train_batch_end(-1)

    def on_train_batch_end(self, batch, logs=None):
        """Notes where the game is."""
        theta, psi = self.model.generator.weights[-1], self.model.discriminator.weights[0]
        self.places.append((float(theta.numpy()[0]), float(psi.numpy()[0, 0])))


def fit(loss, penalty=None):
    """Returns the path of the library's own training."""
    latents, point = keras.Input((1,)), keras.Input((1,))
    zero = keras.layers.Rescaling(0.0)(latents)
    generator = keras.Model(latents, keras.layers.Dense(1, bias_initializer="ones")(zero))
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    discriminator = keras.Model(point, layer(point))
    gan = kerasgan.models.GAN(generator=generator, discriminator=discriminator, seed=0)
    optimizers = keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE)
    gan.compile(*optimizers, adversarial_loss=loss, penalty=penalty)
    path = Path()
    gan.fit(np.zeros((STEPS, 1), "float32"), batch_size=1, callbacks=[path], verbose=0)
    return np.array(path.places)


# %% [markdown]
# Both at once, the players drift outwards: each step goes along the tangent of a circle. In turn
# they stay on it. The non-saturating game is not of sum zero: it turns inwards, but ever more
# slowly, since its pull falls with the cube of the distance. That of R1 falls with the distance.

# %%
minimax, non_saturating = kerasgan.losses.Minimax(), kerasgan.losses.NonSaturating()
games = {
    "minimax, simultaneous": (minimax, 0.0, play(minimax, False), None),
    "minimax, alternating": (minimax, 0.0, play(minimax, True), fit(minimax)),
    "non-saturating, alternating": (
        non_saturating,
        0.0,
        play(non_saturating, True),
        fit(non_saturating),
    ),
    f"minimax, alternating, R1({GAMMA})": (
        minimax,
        GAMMA,
        play(minimax, True, GAMMA),
        fit(minimax, kerasgan.losses.R1(GAMMA)),
    ),
}

# %% [markdown]
# The arrows are what gradient descent does to both at once.

# %%
figure, axes = plt.subplots(2, 2, figsize=(7, 7), layout="constrained")
side = np.linspace(-3, 3, 13, dtype="float32")
theta, psi = np.meshgrid(side, side)
places = np.stack([theta.ravel(), psi.ravel()], axis=1)
for ax, (title, (loss, gamma, path, fitted)) in zip(axes.flat, games.items(), strict=True):
    field = [gradients(loss, *map(tf.constant, place), tf.constant(gamma)) for place in places]
    ax.quiver(theta, psi, *-np.transpose(field), color="0.75", width=0.005)
    ax.plot(*path.T, linewidth=1, label="by hand")
    if fitted is not None:
        print(f"{title}: fit differs by at most {np.abs(fitted - path).max():.1e}")
        ax.plot(*fitted[::4].T, ".", markersize=3, label="fit, each 4th step")
    ax.plot(*START, "k^")
    ax.plot(0, 0, "k+")
    print(f"{title}: from a distance of {np.hypot(*path[0]):.2f} to {np.hypot(*path[-1]):.2f}")
    ax.set(title=title, xlabel="theta", ylabel="psi", aspect="equal")
    ax.set(xlim=(-3.3, 3.3), ylim=(-3.3, 3.3))
axes[0, 1].legend(loc="lower right", fontsize=8)
figure.savefig("dirac.png", dpi=100)
