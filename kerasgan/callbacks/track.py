"""Telling a tracker of experiments."""

import keras


class Track(keras.callbacks.Callback):
    """Gives a tracker the logs of each epoch: `run.log({"generator_loss": 0.7, ...}, step=epoch)`.

    Epochs are counted from 0, as in `history.csv`. The runs of `wandb.init()` and `trackio.init()`
    are such trackers:

    ```python
    run = wandb.init(project="faces", config=...)
    gan.fit(..., callbacks=[kerasgan.callbacks.Track(run)])
    ```

    Args:
        run: An object with a method `log(values, step=)`.

    Raises:
        ValueError: If it has none.
    """

    def __init__(self, run):
        super().__init__()
        if not callable(getattr(run, "log", None)):
            raise ValueError(
                f"run must have a method log(values, step=), as wandb.init() returns; got {run!r}."
            )
        self.run = run

    def on_epoch_end(self, epoch, logs=None):
        """Hands the values over."""
        self.run.log(dict(logs), step=epoch)
