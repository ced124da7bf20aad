"""What Keras is given from outside; each test fails without it."""

import keras

from kerasgan import models


def test_saving_again_makes_no_optimizers(tmp_path, monkeypatch):
    model = models.GAN((8, 8, 1), latent_dim=4)
    model.compile()
    model.save_weights(tmp_path / "first.weights.h5")
    made = []
    init = keras.optimizers.Optimizer.__init__

    def counted(self, *args, **kwargs):
        made.append(self)
        init(self, *args, **kwargs)

    monkeypatch.setattr(keras.optimizers.Optimizer, "__init__", counted)
    model.save_weights(tmp_path / "second.weights.h5")
    assert not made
