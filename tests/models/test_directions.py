"""Whether a logged value is to go up or down."""

import keras
import pytest

from kerasgan import models


@pytest.mark.parametrize(
    "name, values, best",
    [("val_generator_loss", (2.0, 1.0, 3.0), 1.0), ("val_real_accuracy", (0.2, 0.4, 0.3), 0.4)],
)
def test_keras_knows_which_way_is_better(name, values, best, tmp_path):
    model = models.DCGAN((8, 8, 1), seed=0)
    model.compile()
    checkpoint = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.weights.h5", monitor=name, save_best_only=True, save_weights_only=True
    )
    checkpoint.set_model(model)
    for epoch, value in enumerate(values):
        checkpoint.on_epoch_end(epoch, {name: value})
    assert checkpoint.best == best
