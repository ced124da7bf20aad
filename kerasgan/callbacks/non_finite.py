"""Stopping at the first NaN."""

import math

import keras


class HaltOnNonFinite(keras.callbacks.Callback):
    """Stops training when a loss becomes NaN or infinite.

    Raises:
        FloatingPointError: At the end of the step (with `steps_per_execution`, of the last step
            of the execution), naming the step and every such term.
    """

    def on_train_batch_end(self, batch, logs=None):
        """Checks the losses of the step."""
        bad = [f"{name} = {value}" for name, value in logs.items() if not math.isfinite(value)]
        if bad:
            step = int(self.model.optimizer.iterations.numpy())
            raise FloatingPointError(
                f"Training stopped at step {step}: {', '.join(bad)}. Lower learning rates, a "
                "gradient penalty or a clipnorm in the optimizers usually help."
            )
