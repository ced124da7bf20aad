"""How a game stands."""

import functools

import tensorflow as tf

from kerasgan.engine import replicas
from kerasgan.engine.fitting import EVALUATION_SEED
from kerasgan.metrics import mean_distance


class Examining:
    """What `kerasgan.callbacks.GANHealth` looks at in an `AdversarialModel`."""

    def health_stats(self, data):
        """Computes a gradient norm and sample diversity on one batch, without updates.

        Every call has the same latents. The generator is the one that `generate` uses.

        Args:
            data: A batch as `fit` takes it, of at least two examples.

        Returns:
            A dict of floats: `gradient_norm`, of the generator's loss, and `diversity`, the mean
            distance between two generated examples as a part of that between two real ones.
        """
        self.evaluation_seed_generator.state.assign([EVALUATION_SEED, 0])
        strategy = self.distribute_strategy
        values = self._examination(tf.nest.map_structure(tf.convert_to_tensor, data))
        return {
            name: float(strategy.experimental_local_results(value)[0])
            for name, value in values.items()
        }

    examine = health_stats  # its name in version 0.1

    @functools.cached_property
    def _examination(self):
        def examination(data):
            real = self.unpack(data)
            with tf.GradientTape() as tape:
                fake = self.fake_batch(real, training=False)
                loss = self.generator_losses(real, fake, training=False)["generator_loss"]
            gradients = tape.gradient(loss, self.examined().trainable_variables)
            # Of several images, such as those of two domains, the least diverse count.
            ratios = [
                mean_distance(generated) / mean_distance(examples)
                for examples, generated in self.examined_pairs(real, fake)
            ]
            values = {
                "gradient_norm": tf.linalg.global_norm(gradients),
                "diversity": tf.reduce_min(ratios),
            }
            # Latents differ between replicas, but all are to come to the same verdict.
            return {name: replicas.mean(value) for name, value in values.items()}

        return tf.function(
            lambda data: self.distribute_strategy.run(examination, args=(data,)), autograph=False
        )

    def examined(self):  # no property, whose name Keras would look up in files
        """The network whose gradient is measured: the one that makes what is judged."""
        return self.sampler

    def examined_pairs(self, real, fake):
        """Returns pairs of real examples and generated ones, whose diversity is compared.

        Args:
            real: What `unpack` returns.
            fake: What `fake_batch` returns.
        """
        return list(zip(self._examples(real), self._examples(fake), strict=False))

    def _examples(self, batch):
        """Returns those of a batch's tensors that are examples, not labels or latents."""
        tensors = tf.nest.flatten(batch)
        return [each for each in tensors if each.shape[1:].is_compatible_with(self.image_shape)]

    def totals(self):
        """Returns the sum and the weight of each logged value in this epoch, (floats) by name."""
        return {
            mean.name: (float(mean.total.numpy()), float(mean.count.numpy()))
            for mean in self._logs.metrics
        }
