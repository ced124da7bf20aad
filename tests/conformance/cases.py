"""Every recipe, shrunk to seconds."""

import collections
import functools
import math

import keras
import numpy as np
import tensorflow as tf

import zoo
from kerasgan import callbacks, losses, models, networks
from kerasgan.training import folder

# Small parts for each of the discriminator's steps, on each of two replicas.
PART = 4
LATENT_DIM = 6


def build(name, seed=0):
    """The recipe's model for tiny images, its networks narrow, compiled as the recipe says."""
    recipe, kit = zoo.RECIPES[name], _kit(zoo.RECIPES[name].model)
    loaded = data(name)
    options = recipe.options(loaded, seed) | kit.narrow_networks(seed)
    if "discriminator" not in recipe.model.players:
        options.pop("discriminator", None)
    model = recipe.model(loaded.image_shape, seed=seed, **options)
    recipe.compile(model, steps=10)
    return model


def batch_size(model, replicas=1):
    """Images for one step."""
    return PART * model.least_batch * replicas


def data(name):
    """The recipe's default data, cases."""
    recipe = zoo.RECIPES[name]
    kit = _kit(recipe.model)
    return recipe.load(kit.source, kit.image_shape, limit=kit.limit)


def fit(name, model, steps, start_step=0, **options):
    """Trains for some steps on the recipe's seekable stream; options are those of `fit`."""
    batches = _stream(name, batch_size(model), start_step)
    return model.fit(batches, epochs=1, steps_per_epoch=steps, verbose=0, **options)


@functools.cache
def _stream(name, size, start_step):
    """Made once: TensorFlow traces its functions each time."""
    return zoo.RECIPES[name].stream(data(name), size, 0, start_step)


def made(name, model):
    """Images that the model makes, always of the same seed or pictures."""
    return _kit(zoo.RECIPES[name].model).made(model)


def endpoints(name):
    """The endpoints that a model of its kind serves at least."""
    return _kit(zoo.RECIPES[name].model).endpoints


def rate(name):
    """A rate of plain gradient descent under which one step changes the weights a little."""
    return _kit(zoo.RECIPES[name].model).rate


def players(model):
    """The names of the networks that have an optimizer."""
    return list(model.players)


def state(model):
    """All that training changes: weights, averages, optimizers, seeds."""
    return [variable.numpy() for variable in _variables(model)]


def _variables(model):
    optimizers = (getattr(model, f"{name}_optimizer") for name in players(model))
    return [*model.variables, *(each for optimizer in optimizers for each in optimizer.variables)]


def move_state(model):
    """Changes all that training changes a little, each value by something else."""
    generator = np.random.default_rng(0)
    for variable in _variables(model):
        value = variable.numpy()
        change = generator.integers(1, 9, value.shape)
        if "float" in variable.dtype:
            # Weights by a share of them, so that no network saturates; zeros too.
            change = np.where(value == 0, 1 / 64, value / 8) * change / 16
        variable.assign(value + np.asarray(change, value.dtype))


# ---------------------------------------------------------------------- runs


def begin(path, model, **options):
    """Writes into a run's folder what training does before it begins; returns its checkpoint."""
    path.mkdir()
    folder.write_options(path, options)
    folder.write(path / "config.json", model.to_json())
    checkpoint = callbacks.Checkpoint(path / "checkpoints")
    checkpoint.set_model(model)
    return checkpoint


def stop(checkpoint, epoch, step=0):
    """Saves a checkpoint, as where a run is stopped."""
    checkpoint.position = callbacks.Position(epoch, step)
    checkpoint.save()


def changed(before, after):
    """Whether any array differs."""
    return any((a != b).any() for a, b in zip(before, after, strict=True))


def weights(network):
    """Copies of a network's trainable weights."""
    return [weight.numpy() for weight in network.trainable_weights]


# ---------------------------------------------------------------------- networks of a user


def from_networks(name, **options):
    """The recipe's model on networks of a user: no normalization, no dropout, nothing random."""
    recipe = zoo.RECIPES[name]
    kit = _kit(recipe.model)
    arguments = kit.networks() | kit.options
    if "discriminator" not in recipe.model.players:
        del arguments["discriminator"]
    return recipe.model(**arguments, **options)


def train_with_given_latents(name, strategy, steps, epochs=1, checkpoint=None, **options):
    """Trains a model of a user's networks; all replicas together see the same in each step.

    With a `Checkpoint` training goes on from there, and is saved. Other options are those of
    `compile`. Returns the logs of `fit`, and the weights.
    """
    with strategy.scope():
        model = from_networks(name, ema=0.5, seed=0)
        # The paper's optimizers divide by the size of the gradient, and hide its scale.
        # R1 draws no random points.
        penalty = getattr(model, "penalty", None) and {"penalty": losses.R1(1.0)}
        optimizers = {
            f"{each}_optimizer": keras.optimizers.SGD(rate(name)) for each in players(model)
        }
        model.compile(**optimizers, **(penalty or {}), **options)
    replicas = strategy.num_replicas_in_sync
    parts = model.least_batch
    noise = np.random.default_rng(1).normal(size=(8, 2 * PART, LATENT_DIM)).astype("float32")
    draws = collections.Counter()

    def given(count, seed=None):
        context = tf.distribute.get_replica_context()
        replica = int(tf.get_static_value(context.replica_id_in_sync_group))
        draw = draws[replica] % parts
        draws[replica] += 1
        share = 2 * PART // replicas
        mine = noise[draw, share * replica : share * (replica + 1)]
        return tf.constant(mine[:, : model.latent_dim])

    if hasattr(model, "sample_latent"):
        model.sample_latent = given
    if hasattr(model, "drawn_classes"):
        model.drawn_classes = lambda count, training: tf.cast(10 * given(count)[:, 0], "int32") % 10
    if hasattr(model, "draw_holes"):
        hole = np.random.default_rng(2).uniform(size=(1, *model.image_shape[:2], 1)) < 0.3
        model.draw_holes = lambda count, seed: tf.repeat(hole, count, axis=0)
    if hasattr(model, "draw_thresholds"):
        # The same for each example, others for each of its samples.
        shape = (model.num_samples, *model.image_shape)
        thresholds = np.random.default_rng(2).uniform(size=shape).astype("float32")
        model.draw_thresholds = lambda counts, seed: tf.broadcast_to(
            thresholds, (*counts, *model.image_shape)
        )
    batch = 2 * PART * parts
    # Each discriminator's step sees the same, whatever the number of replicas.
    order = np.arange(steps * batch).reshape(steps, parts, replicas, -1).swapaxes(1, 2).ravel()
    x, y = arrays(name, len(order))[0]
    x, y = tf.nest.map_structure(lambda a: None if a is None else a[order], (x, y))
    history = model.fit(
        x,
        y,
        batch_size=batch,
        shuffle=False,
        verbose=0,
        initial_epoch=checkpoint.restore(model).epoch if checkpoint else 0,
        epochs=epochs,
        callbacks=checkpoint and [checkpoint],
    ).history
    return history, model.get_weights()


def arrays(name, count):
    """What `fit` takes as (x, y), and what `evaluate` takes: `count` examples."""
    return _kit(zoo.RECIPES[name].model).arrays(data(name), count)


class _Images:
    """Models that take images."""

    source, image_shape, limit = "digits", (8, 8, 1), 200
    options = {"latent_dim": LATENT_DIM}
    endpoints = {"generate", "sample_latent", "discriminate"}
    rate = 0.1

    def narrow_networks(self, seed):
        """Arguments of the recipe's model: narrow ones in the place of its large networks."""
        return {}

    def networks(self):
        """Arguments of the model, networks of a user."""
        return {"generator": _generator(), "discriminator": _discriminator([1])}

    def arrays(self, data, count):
        """((x, y) to train on, (x, y) to evaluate on)."""
        return self.pairs(data.images[:count], data.labels[:count])

    def pairs(self, images, labels):
        return (images, None), (images, None)

    def made(self, model):
        return model.generate(4, seed=1)


class _SeveralSteps(_Images):
    """Models whose discriminator takes several steps before each of the generator's: here two."""

    options = _Images.options | {"discriminator_steps": 2}

    def narrow_networks(self, seed):
        return {"discriminator_steps": 2}


class _Labelled(_Images):
    """Models that take images with their classes, which both networks are told."""

    def networks(self):
        return {
            "generator": _generator(beside=10),
            "discriminator": _discriminator([1], beside=10),
            "num_classes": 10,
        }

    def pairs(self, images, labels):
        return (images, labels), (images, labels)


class _Modern(_Images):
    """Models of residual networks."""

    condition = {}

    def narrow_networks(self, seed):
        options = {"widths": [16, 8], "blocks": 1, "seed": seed} | self.condition
        build = networks.r3gan
        return {
            "generator": build.generator(self.image_shape, **options),
            "discriminator": build.discriminator(self.image_shape, **options),
        }


class _ModernLabelled(_Modern, _Labelled):
    """Those with classes."""

    condition = {"condition_dim": 10}


class _Spectral(_Images):
    """Models with residual networks."""

    def narrow_networks(self, seed):
        return {
            "generator": networks.sngan.generator((8, 8, 1), LATENT_DIM, 8, seed=seed),
            "discriminator": networks.sngan.discriminator((8, 8, 1), 8, seed=seed),
            "discriminator_steps": 1,
        }


class _SpectralLabelled(_Labelled):
    """Models with residual networks, which take images with their classes."""

    def narrow_networks(self, seed):
        return {
            "generator": networks.sngan.generator((8, 8, 1), LATENT_DIM, 8, 10, seed),
            "discriminator": networks.sngan.discriminator((8, 8, 1), 8, 10, seed),
            "discriminator_steps": 1,
        }


class _Growing(_Images):
    """Models that begin with small images: after one step the second stage fades in."""

    growth = {"stable_images": PART, "fade_images": 2 * PART}

    def narrow_networks(self, seed):
        sizes = {"base": 16, "maximum": 8, "seed": seed}
        return self.growth | {
            "generator": networks.progan.generator(self.image_shape, LATENT_DIM, **sizes),
            "discriminator": networks.progan.discriminator(self.image_shape, **sizes),
        }

    def networks(self):
        latents = keras.Input((LATENT_DIM,))
        return {"generator": _pyramid(latents, latents), "discriminator": _judge_of_stages()}


class _Styled(_Images):
    """Models with a style for each layer of the generator."""

    endpoints = _Images.endpoints | {"map", "synthesize"}

    def narrow_networks(self, seed):
        shape, sizes = self.image_shape, {"base": 32, "maximum": 8, "seed": seed}
        build = networks.stylegan2
        return {
            "mapping": networks.stylegan.mapping(LATENT_DIM, 7, 2, seed=seed),
            "synthesis": build.synthesis(shape, 7, **sizes),
            "discriminator": build.discriminator(shape, **sizes),
        }

    # What is drawn for paths differs between replicas.
    options = _Images.options | {"path_weight": 0.0}

    def networks(self):
        latents, styles = keras.Input((LATENT_DIM,)), keras.Input((3, 12))
        x = _dense(math.prod(self.image_shape), "tanh", 2)(keras.layers.Flatten()(styles))
        return {
            "mapping": keras.Model(latents, _dense(12, "relu", 1)(latents)),
            "synthesis": keras.Model(styles, keras.layers.Reshape(self.image_shape)(x)),
            "discriminator": _discriminator([1]),
        }


class _GrowingStyled(_Styled):
    """Those that begin with small images."""

    options = _Images.options

    def narrow_networks(self, seed):
        shape, sizes = self.image_shape, {"base": 16, "maximum": 8, "seed": seed}
        build = networks.stylegan
        return _Growing.growth | {
            "mapping": build.mapping(LATENT_DIM, 7, 2, seed=seed),
            "synthesis": build.synthesis(shape, 7, **sizes),
            "discriminator": build.discriminator(shape, **sizes),
        }

    def networks(self):
        styles = keras.Input((3, 12))
        synthesis = _pyramid(styles, keras.layers.Flatten()(styles))
        judge = _judge_of_stages()
        return super().networks() | {"synthesis": synthesis, "discriminator": judge}


class _Auxiliary(_Labelled):
    """Models whose discriminator tells the class."""

    def networks(self):
        return super().networks() | {"discriminator": _discriminator([1, 10])}


class _Coded(_Images):
    """Models whose discriminator reads codes."""

    def networks(self):
        return {
            "generator": _generator(),
            "discriminator": _discriminator([1, 3, 2]),
            "num_categories": 3,
            "num_continuous": 2,
        }


class _BoundarySeeking(_Images):
    """Models whose generator makes images, or the logits of binary ones."""

    binary = False

    def narrow_networks(self, seed):
        build, sizes = networks.bgan, {"width": 4, "units": 16, "seed": seed}
        return {
            "generator": build.generator(self.image_shape, binary=self.binary, **sizes),
            "discriminator": build.discriminator(self.image_shape, **sizes),
        }


class _Binary(_BoundarySeeking):
    """Models of binary images."""

    binary = True
    options = _Images.options | {"num_samples": 3}
    rate = 1e-3  # the likelihood is a sum over pixels

    def narrow_networks(self, seed):
        return super().narrow_networks(seed) | {"num_samples": 3}


class _SemiSupervised(_Images):
    """Models that take some images with classes, and others."""

    def networks(self):
        return {"generator": _generator(), "discriminator": _with_features(_discriminator([10]))}

    def pairs(self, images, labels):
        return ((images, images[::-1]), labels), (images, labels)


class _Autoencoder(_Images):
    """Models that encode images."""

    options = {"prior": models.priors.Gaussian(LATENT_DIM)}
    endpoints = _Images.endpoints | {"encode", "decode", "reconstruct"}
    latent_dim = 10
    # How many numbers the encoder makes beside codes, and the decoder and the discriminator take.
    encoded = told = judged = None

    def narrow_networks(self, seed):
        build, dim, options = networks.aae, self.latent_dim, {"units": 16, "seed": seed}
        return {
            "encoder": build.encoder(self.image_shape, dim, self.encoded, **options),
            "decoder": build.decoder(self.image_shape, dim, self.told, **options),
            "discriminator": build.discriminator(dim, self.judged, **options),
        }

    def networks(self):
        dim = self.options["prior"].dim
        return {
            "encoder": _discriminator([dim, self.encoded] if self.encoded else [dim]),
            "decoder": _generator(self.told or 0, dim),
            "discriminator": _judge_of_codes(dim, self.judged or 0),
        }


class _LabelledAutoencoder(_Autoencoder):
    """Those whose decoder is told the class."""

    told = 10

    def networks(self):
        return super().networks() | {"num_classes": 10}

    def pairs(self, images, labels):
        return (images, labels), (images, labels)


class _SemiSupervisedAutoencoder(_LabelledAutoencoder):
    """Those that learn to tell it."""

    encoded = 10
    endpoints = _Autoencoder.endpoints | {"classify"}

    def narrow_networks(self, seed):
        judge = networks.aae.discriminator(10, units=16, name="label_discriminator", seed=seed)
        return super().narrow_networks(seed) | {"label_discriminator": judge}

    def networks(self):
        return super().networks() | {"label_discriminator": _judge_of_codes(10)}

    def pairs(self, images, labels):
        return ((images, images[::-1]), labels), (images, labels)


class _LabelledPrior(_Autoencoder):
    """Those whose discriminator is told the class."""

    # So narrow that all draws of a component are the same.
    options = {"prior": models.priors.GaussianMixture(10, along=1e-7, across=1e-7)}
    latent_dim, judged = 2, 11
    pairs = _SemiSupervisedAutoencoder.pairs


class _Bidirectional(_Images):
    """Models of a generator and an encoder."""

    encoded = 1  # outputs of the encoder beside features
    endpoints = _Autoencoder.endpoints | {"features"}

    def narrow_networks(self, seed):
        build, options = networks.bigan, {"units": 16, "seed": seed}
        names = ("generator", "encoder", "discriminator")
        return {name: getattr(build, name)(self.image_shape, **options) for name in names}

    def networks(self):
        return {
            "generator": _generator(),
            "encoder": _with_features(_discriminator([LATENT_DIM] * self.encoded)),
            "discriminator": _discriminator([1], beside=LATENT_DIM),
        }


class _Inferring(_Bidirectional):
    """Those whose encoder makes a Gaussian."""

    encoded = 2
    rate = 0.01  # deviations are exponentials

    def narrow_networks(self, seed):
        dim, options = models.ALI.default_latent_dim, {"units": 16, "seed": seed}
        build, shape = networks.bigan, self.image_shape
        return {
            "generator": build.generator(shape, dim, **options),
            "encoder": build.encoder(shape, dim, gaussian=True, **options),
            "discriminator": build.discriminator(shape, dim, normalize=False, **options),
        }


class _Context(_Images):
    """Models that fill a hole in the middle."""

    source, image_shape, limit = "photos", (32, 32, 3), 60
    options = {"image_shape": (32, 32, 3)}
    endpoints = {"inpaint", "discriminate"}

    def narrow_networks(self, seed):
        build, sizes = networks.context_encoder, {"width": 4, "seed": seed}
        return {
            "generator": build.generator((32, 32, 3), (16, 16, 3), bottleneck=8, **sizes),
            "discriminator": build.discriminator((16, 16, 3), **sizes),
        }

    def networks(self):
        images = keras.Input((32, 32, 3))
        x = keras.layers.AveragePooling2D(2)(_convolution(4, "relu", 1)(images))
        return {
            "generator": keras.Model(images, _convolution(3, "tanh", 2)(x)),
            "discriminator": _judge([(16, 16, 3)]),
        }

    def arrays(self, data, count):
        images = data.images[:count]
        return (images, None), (images, None)

    def made(self, model):
        return model.grid(data("context_encoder").images[:2])


class _ContextConditional(_SemiSupervised):
    """Models that fill holes, and tell classes of a few labels."""

    options = {"image_shape": (8, 8, 1)}
    endpoints = {"inpaint", "discriminate", "classify"}

    def narrow_networks(self, seed):
        build, shape = networks.ccgan, self.image_shape
        return {
            "generator": build.generator(shape, (4, 8), seed=seed),
            "discriminator": build.discriminator(shape, (4, 8, 8), seed=seed),
        }

    def networks(self):
        features = keras.Input((16,))
        return {
            "generator": _translator(1, 1),
            "discriminator": _with_features(_discriminator([1])),
            "head": keras.Model(features, _dense(10, None, 7)(features)),
        }

    def made(self, model):
        return model.grid(data("ccgan").images[:4])


class _Pairs(_Images):
    """Models that take pairs of images."""

    source, image_shape, limit = "photos", (32, 32, 3), 60
    options = {"input_shape": (32, 32, 1)}
    endpoints = {"translate", "discriminate"}
    rate = 1e-3  # distances have large weights

    def narrow_networks(self, seed):
        return {
            "generator": networks.unet.generator((32, 32, 1), width=4, seed=seed),
            "discriminator": networks.patchgan.discriminator(3, 1, width=4, seed=seed),
        }

    def networks(self):
        return {
            "generator": _translator(1, 3),
            "discriminator": _judge([(None, None, 3), (None, None, 1)]),
        }

    def arrays(self, data, count):
        pair = data.inputs.images[:count, :32, :32], data.targets.images[:count, :32, :32]
        return pair, pair

    def made(self, model):
        return model.translate(data("pix2pix").inputs.images[:2])


class _Unpaired(_Images):
    """Models that take images of two domains."""

    source, image_shape, limit = "photos", (32, 32, 3), 60
    options = {"input_shape": (32, 32, 3)}
    endpoints = {"a_to_b", "b_to_a", "discriminate_a", "discriminate_b"}
    rate = 1e-3  # distances have large weights

    def narrow_networks(self, seed):
        generators = {
            f"generator_{name}": networks.resnet.generator(
                width=4, blocks=1, name=f"generator_{name}", seed=seed
            )
            for name in ("ab", "ba")
        }
        discriminators = {
            f"discriminator_{name}": networks.patchgan.discriminator(
                receptive_field=16, width=4, name=f"discriminator_{name}", seed=seed
            )
            for name in "ab"
        }
        return generators | discriminators

    def networks(self):
        generators = {f"generator_{name}": _translator(3, 3, name) for name in ("ab", "ba")}
        judges = {f"discriminator_{name}": _judge([(None, None, 3)], name) for name in "ab"}
        return generators | judges

    def arrays(self, data, count):
        pair = data.a.images[:count, :32, :32], data.b.images[:count, :32, :32]
        return pair, pair

    def made(self, model):
        images = data("cyclegan").a.images[:2]
        return np.concatenate([model.translate(images, way) for way in ("a_to_b", "b_to_a")])


class _Coupled(_Images):
    """Models that make pairs of images of two domains."""

    source, image_shape, limit = "digits", (16, 16, 1), 80
    judged = [1]  # outputs of the discriminators

    def narrow_networks(self, seed):
        build, shape, options = networks.cogan, self.image_shape, {"width": 2, "seed": seed}
        own = {name: build.generator(shape, name=name, **options) for name in _OWN_GENERATORS}
        return own | {"shared_generator": build.shared_generator(shape, **options)}

    def networks(self):
        latents, maps = keras.Input((LATENT_DIM,)), keras.Input((12,))
        shared = {"shared_generator": keras.Model(latents, _dense(12, "relu", 1)(latents))}
        for i, name in enumerate(_OWN_GENERATORS):
            x = _dense(math.prod(self.image_shape), "tanh", 2 + i)(maps)
            x = keras.layers.Reshape(self.image_shape)(x)
            shared[name] = keras.Model(maps, x, name=name)
        for i, name in enumerate(("discriminator_a", "discriminator_b")):
            images = keras.Input(self.image_shape)
            x = _dense(12, "relu", 4 + i)(keras.layers.Flatten()(images))
            shared[name] = keras.Model(images, x, name=name)
        features = _dense(8, "relu", 6)(maps)
        outputs = [_dense(size, None, 7 + i)(features) for i, size in enumerate(self.judged)]
        outputs = [*outputs, features] if len(outputs) > 1 else outputs
        return shared | {"shared_discriminator": keras.Model(maps, outputs)}

    def arrays(self, data, count):
        pair = data.a.images[:count], data.b.images[:count]
        return pair, pair

    def made(self, model):
        return np.concatenate(model.generate(4, seed=1), axis=2)


_OWN_GENERATORS = "generator_a", "generator_b"


class _Adapting(_Coupled):
    """Those that learn to classify images of the second domain."""

    endpoints = _Coupled.endpoints | {"classify"}
    judged = [1, 10]

    def networks(self):
        return super().networks() | {"num_classes": 10}

    def arrays(self, data, count):
        a, b = (domain.images[:count] for domain in (data.a, data.b))
        return ((a, b), data.a.labels[:count]), (b, data.b.labels[:count])


class _Refining(_Images):
    """Models that refine synthetic images, the refiner alone in the first step."""

    source, image_shape, limit = "digits", (16, 16, 1), 80
    options = {"generator_start": 0, "discriminator_start": 0, "history_size": 6}
    endpoints = {"refine", "discriminate"}
    rate = 1e-4  # losses are sums over pixels

    def narrow_networks(self, seed):
        build, sizes = networks.simgan, {"width": 4, "seed": seed}
        return self.options | {
            "generator": build.refiner(blocks=1, **sizes),
            "discriminator": build.discriminator(**sizes),
            "generator_start": 1,
        }

    def networks(self):
        images = {"image_shape": self.image_shape}
        return images | {"generator": _translator(1, 1), "discriminator": _judge([(16, 16, 1)])}

    def arrays(self, data, count):
        pair = data.a.images[:count], data.b.images[:count]
        return pair, pair

    def made(self, model):
        return model.refine(data("simgan").a.images[:4])


class _SuperResolution(_Images):
    """Models that take images and the same images larger."""

    source, image_shape, limit = "photos", (32, 32, 3), 2
    options = {"image_shape": (32, 32, 3)}
    endpoints = {"upscale"}

    def narrow_networks(self, seed):
        return {
            "generator": networks.srgan.generator(width=4, blocks=1, seed=seed),
            "discriminator": networks.srgan.discriminator(
                self.image_shape, width=4, units=8, seed=seed
            ),
        }

    def networks(self):
        return {"generator": _translator(3, 3, scale=4), "discriminator": _judge([(32, 32, 3)])}

    def arrays(self, data, count):
        batches = data.stream(count, seed=0).take(1)
        pair = next(batches.as_numpy_iterator())
        return pair, pair

    def made(self, model):
        return model.upscale(data("srgan").low[0][:30, :20])


class _Frames(_Images):
    """Models that predict the next frame of a clip."""

    source, image_shape, limit = "moving_digits", (32, 32, 1), 10
    options = {"image_shape": (32, 32, 1)}
    endpoints = {"predict_frame"}
    rate = 1e-2

    def narrow_networks(self, seed):
        build = networks.next_frame
        sizes = [[[4] * len(part) for part in scale] for scale in build.PUBLISHED]
        judges = build.discriminators(self.image_shape, sizes=sizes, seed=seed)
        return {
            "generator": build.generator(1, width=2, seed=seed),
            **{judge.name: judge for judge in judges},
        }

    def networks(self):
        frames, made = keras.Input((None, None, 4)), []
        for factor in networks.next_frame.FACTORS:
            x = keras.layers.AveragePooling2D(factor)(frames)
            if made:
                guess = keras.layers.UpSampling2D(2)(made[-1])
                x = keras.layers.Concatenate()([x, guess])
            made.append(_convolution(1, "tanh", factor)(x))
        shapes = [(None, None, 1), (None, None, 4)]
        judges = {f"discriminator_{k}": _judge(shapes, str(k)) for k in range(1, 5)}
        return {"generator": keras.Model(frames, made), **judges}

    def arrays(self, data, count):
        pair = next(data.stream(count, seed=0).as_numpy_iterator())
        return pair, pair

    def made(self, model):
        return model.predict_frames(data("next_frame").clip(0)[:4, :24, :40], 2)


_KITS = {
    models.NextFrameGAN: _Frames(),
    models.ContextEncoder: _Context(),
    models.CCGAN: _ContextConditional(),
    models.Pix2Pix: _Pairs(),
    models.CycleGAN: _Unpaired(),
    models.SRGAN: _SuperResolution(),
    models.SRResNet: _SuperResolution(),
    models.GAN: _Images(),
    models.WGAN: _SeveralSteps(),
    models.WGANGP: _SeveralSteps(),
    models.ConditionalGAN: _Labelled(),
    models.R3GAN: _Modern(),
    models.ConditionalR3GAN: _ModernLabelled(),
    models.ACGAN: _Auxiliary(),
    models.SNGAN: _Spectral(),
    models.ConditionalSNGAN: _SpectralLabelled(),
    models.ProgressiveGAN: _Growing(),
    models.StyleGAN: _GrowingStyled(),
    models.StyleGAN2: _Styled(),
    models.InfoGAN: _Coded(),
    models.BoundarySeekingGAN: _Binary(),
    models.ContinuousBoundarySeekingGAN: _BoundarySeeking(),
    models.SemiSupervisedGAN: _SemiSupervised(),
    models.AdversarialAutoencoder: _Autoencoder(),
    models.ConditionalAAE: _LabelledAutoencoder(),
    models.SemiSupervisedAAE: _SemiSupervisedAutoencoder(),
    models.LabelledPriorAAE: _LabelledPrior(),
    models.BiGAN: _Bidirectional(),
    models.ALI: _Inferring(),
    models.CoGAN: _Coupled(),
    models.DomainAdaptationCoGAN: _Adapting(),
    models.SimGAN: _Refining(),
}


def _kit(model):
    """The kit of the nearest base class."""
    return next(_KITS[base] for base in model.__mro__ if base in _KITS)


def _translator(channels, output_channels, name=None, scale=1):
    images = keras.Input((None, None, channels))
    x = keras.layers.UpSampling2D(scale)(images) if scale > 1 else images
    x = _convolution(4, "relu", 1)(x)
    x = _convolution(output_channels, "tanh", 2)(x)
    return keras.Model(images, x, name=name and f"generator_{name}")


def _judge(shapes, name=None):
    inputs = [keras.Input(shape) for shape in shapes]
    x = keras.layers.Concatenate()(inputs) if len(inputs) > 1 else inputs[0]
    x = _convolution(1, None, 4)(_convolution(4, "relu", 3)(x))
    inputs = inputs if len(inputs) > 1 else inputs[0]
    return keras.Model(inputs, x, name=name and f"discriminator_{name}")


def _convolution(filters, activation, seed):
    return keras.layers.Conv2D(
        filters,
        3,
        padding="same",
        activation=activation,
        kernel_initializer=keras.initializers.GlorotUniform(seed),
    )


def _pyramid(inputs, x):
    """A generator of images of two stages."""
    x, images = _dense(16, "relu", 1)(x), []
    for i, side in enumerate((4, 8)):
        image = _dense(side * side, "tanh", 2 + i)(x)
        images.append(keras.layers.Reshape((side, side, 1))(image))
    return keras.Model(inputs, images)


def _judge_of_stages():
    images, fade = keras.Input(_Images.image_shape), keras.Input((1,))
    x = keras.layers.Concatenate()([keras.layers.Flatten()(images), fade])
    x = _dense(16, "relu", 4)(x)
    return keras.Model([images, fade], [_dense(1, None, 5 + i)(x) for i in range(2)])


def _generator(beside=0, dim=LATENT_DIM):
    latents = keras.Input((dim,))
    inputs = [latents, keras.Input((beside,))] if beside else latents
    x = keras.layers.Concatenate()(inputs) if beside else latents
    x = _dense(16, "relu", 1)(x)
    x = _dense(math.prod(_Images.image_shape), "tanh", 2)(x)
    return keras.Model(inputs, keras.layers.Reshape(_Images.image_shape)(x))


def _discriminator(outputs, beside=0):
    images = keras.Input(_Images.image_shape)
    inputs = [images, keras.Input((beside,))] if beside else images
    x = keras.layers.Flatten()(images)
    if beside:
        x = keras.layers.Concatenate()([x, inputs[1]])
    x = _dense(16, "relu", 3)(x)
    outputs = [_dense(size, None, 4 + i)(x) for i, size in enumerate(outputs)]
    return keras.Model(inputs, outputs if len(outputs) > 1 else outputs[0])


def _with_features(network):
    outputs = keras.tree.flatten(network.output)
    hidden = network.layers[-1 - len(outputs)]
    return keras.Model(network.input, [*outputs, hidden.output])


def _judge_of_codes(dim, beside=0):
    codes = keras.Input((dim,))
    inputs = [codes, keras.Input((beside,))] if beside else codes
    x = keras.layers.Concatenate()(inputs) if beside else codes
    return keras.Model(inputs, _dense(1, None, 6)(_dense(16, "relu", 5)(x)))


def _dense(units, activation, seed):
    return keras.layers.Dense(
        units, activation, kernel_initializer=keras.initializers.GlorotUniform(seed)
    )
