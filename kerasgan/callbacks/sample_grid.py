"""Pictures of the generator's progress."""

import keras
import tensorflow as tf

from kerasgan.callbacks.checkpoint import local
from kerasgan.data import save_image


class SampleGrid(keras.callbacks.Callback):
    """Saves a grid of generated images, of the same latents each time, as `epoch-00001.png` ...

    How the grid is arranged is the model's affair (`model.grid`): by class where there are any.

    Args:
        directory: Where to save the grids; created if missing.
        every: Save after each so many epochs, and after the last.
        count: How many images a grid has.
        seed: The seed of their latents.
        examples: For models that make images of images, the batch (x, y) to show; no latents then.
        log_dir: A folder, or URL, where TensorBoard is to find the grids too, or None.

    Raises:
        ValueError: If `directory` is a URL, or `every` or `count` is less than 1.
    """

    def __init__(self, directory, every=1, count=64, seed=0, examples=None, log_dir=None):
        super().__init__()
        for name, value in (("every", every), ("count", count)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value!r}.")
        self.log_dir, self._writer = log_dir, None
        self.examples = examples
        self.directory = local(directory)
        self.every, self.count, self.seed = every, count, seed

    def on_epoch_end(self, epoch, logs=None):
        """Saves a grid when it is due."""
        done = epoch + 1
        if done % self.every == 0 or done == self.params["epochs"]:
            self.directory.mkdir(parents=True, exist_ok=True)
            picture = self.model.grid(*(self.examples or (self.count, self.seed)))
            save_image(self.directory / f"epoch-{done:05d}.png", picture)
            if self.log_dir is not None:
                self._log(picture, epoch)

    def on_train_end(self, logs=None):
        """Closes TensorBoard's file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _log(self, picture, epoch):
        """Writes a picture for TensorBoard, at the step that Keras' callback gives the epoch."""
        if self._writer is None:
            self._writer = tf.summary.create_file_writer(str(self.log_dir))
        with self._writer.as_default(step=epoch):
            tf.summary.image("samples", picture[None])
        self._writer.flush()
