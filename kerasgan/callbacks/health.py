"""Seeing that a game goes wrong."""

import keras
import numpy as np
from absl import logging

# How often the discriminator's accuracies are taken between two looks.
_INTERVALS = 10
# The part of real images' mean distance below which generated images are all alike.
_ALIKE = 0.05
# The part of the largest gradient seen below which it has vanished.
_VANISHED = 1e-3
# The rounding of an accuracy of 1 or 0.
_ROUNDING = 1e-4
# The verdict on generated images swings when it goes so often from one end, with less than this
# share of them recognised, to the other.
_SWINGS, _END = 4, 0.1


class Collapse(RuntimeError):
    """Training has gone wrong; the message says how, and what to try."""


class GANHealth(keras.callbacks.Callback):
    """Watches for the ways in which adversarial training fails, and says what to try.

    It warns, once of each,

    - when the discriminator tells all real from all generated examples, or finds all of them
      real, or all generated: then the generator learns little;
    - when the gradient of the generator's loss has vanished;
    - when generated images are all alike (mode collapse): their mean distance to each other has
      become a small part of that of real images, for long or when training ends;
    - when the discriminator's verdict on generated images swings from one end to the other.

    For the gradient and the images it looks, every so many steps, at the same few examples and
    latents, without changing the model. The generator is the averaged one if there is an average:
    what `generate` uses. A Wasserstein critic is meant to win: nothing is made of
    its accuracies. Losses that are not finite are the affair of `HaltOnNonFinite`.

    Args:
        examples: A batch as `fit` takes it, of at least two examples; 16 to 64 are enough.
        every: Look after each so many steps.
        patience: How many looks in succession must agree before there is a warning.
        on_collapse: What to do beside the warning: a function that takes the model and the
            message, such as `stop` or a `RollBack`, and returns whether it has changed the model,
            so that all is to be watched for anew; None does nothing more.

    Attributes:
        messages: What it has warned of, a list.

    Raises:
        ValueError: If `every` or `patience` is not positive.
    """

    def __init__(self, examples, every=100, patience=4, on_collapse=None):
        super().__init__()
        for name, value in (("every", every), ("patience", patience)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value!r}.")
        self.examples, self.every, self.patience = examples, every, patience
        self.on_collapse = on_collapse
        self.messages = []
        self._steps, self._told = 0, set()
        self._looks, self._verdicts = [], []
        self._largest_gradient = 0.0

    def on_train_begin(self, logs=None):
        """Looks at the model as it is."""
        self._look()

    def on_epoch_begin(self, epoch, logs=None):
        """Begins with the sums of the epoch."""
        self._first_step, self._totals = self._steps, self.model.totals()

    def on_train_batch_end(self, batch, logs=None):
        """Looks at the model when it is time to."""
        before, self._steps = self._steps, self._first_step + batch + 1
        interval = max(1, self.every // _INTERVALS)
        if before // interval < self._steps // interval:
            self._listen()
        if before // self.every == self._steps // self.every:
            return
        self._looks.append(self._look())
        for name, message in [*self._of_looks(), *self._of_verdicts()]:
            if name in self._told:
                continue
            self._told.add(name)
            message = f"After {self._steps} steps {message}"
            self.messages.append(message)
            if self.on_collapse is not stop:  # whose error says it
                logging.warning("%s", message)
            if self.on_collapse is not None and self.on_collapse(self.model, message):
                self._told.clear()
                self._looks, self._verdicts = [], []
                break

    def on_train_end(self, logs=None):
        """Says so if training, however short, has ended with images that are all alike."""
        if "mode collapse" not in self._told and self._look()["diversity"] < _ALIKE:
            message = (
                f"After {self._steps} steps training ends with generated images that are all "
                "alike. If it was meant to be so short, train for longer."
            )
            self.messages.append(message)
            logging.warning("%s", message)

    def _look(self):
        """Returns the gradient's norm and the diversity of the images."""
        look = self.model.health_stats(self.examples)
        self._largest_gradient = max(self._largest_gradient, look["gradient_norm"])
        return look

    def _listen(self):
        """Adds the discriminator's accuracies since the last time."""
        before, self._totals = self._totals, self.model.totals()
        if "real_accuracy" not in before or self.model.adversarial_loss.critic:
            return
        verdict = []
        for name in ("real_accuracy", "fake_accuracy"):
            total, count = np.subtract(self._totals[name], before[name])
            verdict.append(total / max(count, 1.0))
        self._verdicts.append(verdict)

    def _of_verdicts(self):
        """Yields (name, message) of what is wrong with the discriminator's verdicts."""
        recent = self._verdicts[-_INTERVALS * self.patience :]
        if len(recent) < _INTERVALS * self.patience:
            return
        real, fake = np.transpose(recent)
        lasting = f"for {self.patience * self.every} steps"
        if min(*real, *fake) > 1.0 - _ROUNDING:
            yield (
                "strong discriminator",
                f"the discriminator wins: {lasting} it has told every real from every generated "
                "example, and the generator learns little from it. Try a smaller learning rate of "
                "the discriminator, dropout or noise in it, smoothed labels, or a smaller network.",
            )
        for name, found, missed in (("real", real, fake), ("generated", fake, real)):
            if min(found) > 1.0 - _ROUNDING and max(missed) < _ROUNDING:
                yield (
                    "stuck discriminator",
                    f"the discriminator is stuck: {lasting} it has found every example {name}. Try "
                    "a larger learning rate of the discriminator, or more of its steps, and see "
                    "that real images are in the range that it expects.",
                )
        ends = fake[(fake <= _END) | (fake >= 1.0 - _END)] > 0.5
        if (ends[1:] != ends[:-1]).sum() >= _SWINGS:
            yield (
                "oscillation",
                f"the game oscillates: {lasting} the share of generated examples that the "
                "discriminator recognises has swung between nearly none and nearly all. Try "
                "smaller learning rates, a smaller beta_1 of Adam, a larger batch, a gradient "
                "penalty, or least squares.",
            )

    def _of_looks(self):
        """Yields (name, message) of what is wrong with the generator."""
        recent = self._looks[-self.patience :]
        if len(recent) < self.patience:
            return
        lasting = f"for {self.patience * self.every} steps"
        gradient = max(look["gradient_norm"] for look in recent)
        if gradient <= _VANISHED * self._largest_gradient:
            yield (
                "vanishing gradient",
                f"the generator's gradient has vanished: {lasting} its norm is at most "
                f"{gradient:.3g}, and was {self._largest_gradient:.3g}. Try the non-saturating or "
                "another loss, or a smaller learning rate of the discriminator.",
            )
        diversity = max(look["diversity"] for look in recent)
        if diversity < _ALIKE:
            yield (
                "mode collapse",
                f"the generated images are all alike: {lasting} their mean distance to each other "
                f"is at most {diversity:.2g} of that of real images. Try a smaller learning rate "
                "of the generator, more steps of the discriminator, minibatch discrimination, or "
                "WGAN-GP, and see that the generator uses its latents.",
            )


def stop(model, message):
    """Ends training: for `GANHealth(on_collapse=stop)`.

    Raises:
        Collapse: Always.
    """
    raise Collapse(message)


class RollBack:
    """Goes back to an earlier checkpoint, and on from there with other noise and other data.

    For `GANHealth(on_collapse=RollBack(checkpoint))`.

    Args:
        checkpoint: The `Checkpoint` of the same training; the oldest that it keeps is taken.
        times: How often to go back.

    Raises:
        Collapse: If there is no checkpoint to go back to, or it was gone back to so often.
    """

    def __init__(self, checkpoint, times=3):
        self.checkpoint, self.times = checkpoint, times

    def __call__(self, model, message):
        """Loads the checkpoint, all but the seeds; returns True."""
        paths = self.checkpoint.paths()
        if not paths:
            raise Collapse(f"{message} There is no checkpoint to go back to.")
        if not self.times:
            raise Collapse(f"{message} Going back to a checkpoint did not help.")
        self.times -= 1
        seeds = [(seed, seed.numpy()) for seed in model.seed_states()]
        model.load_weights(paths[0])
        for seed, value in seeds:
            seed.assign(value)
        logging.warning("Went back to %s.", paths[0])
        return True
