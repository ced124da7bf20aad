"""Breaks the code, a line at a time, and sees that tests fail.

    python tests/mutants.py [--only=0,7]

Each mutant is one broken line, and a test or two that must fail for it, that is, kill it. The tests
run in a copy of the tree: first on the code as it is, when all must pass, then on each mutant. That
takes some nine minutes of a core, and ends with exit code 1 if a mutant survives.

The gate only looks, in `test_mutants.py`, whether the lines and the tests are still there. Who
rewrites a line writes its mutant anew, and runs it.
"""

import argparse
import importlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
OURS = (ROOT, ROOT / "tests")  # folders that modules are imported from
# What hangs is killed too, even on a busy machine.
TIMEOUT = 600


class Mutant(NamedTuple):
    """A text that occurs once in a file, what breaks it, and the tests that see it."""

    file: str
    original: str
    replacement: str
    tests: tuple[str, ...]


def _mutants(file, *mutants):
    return [Mutant(f"kerasgan/{file}", *texts, tests) for *texts, tests in mutants]


_GAN = "tests/models/test_gan.py::test_"
_LABELLED = "tests/models/test_labelled.py::test_"
_CGAN = "tests/models/test_cgan.py::test_"
_INFOGAN = "tests/models/test_infogan.py::test_"
_SGAN = "tests/models/test_sgan.py::test_"
_AAE = "tests/models/test_aae.py::test_"
_BGAN = "tests/models/test_bgan.py::test_"
_BIGAN = "tests/models/test_bigan.py::test_"
_COMPLETING = "tests/models/test_completing.py::test_"
_COMPLETION = "tests/losses/test_completion.py::test_"
_CONTEXT = "tests/models/test_context_encoder.py::test_"
_FRAMES = "tests/models/test_next_frame.py::test_"
_CLIPS = "tests/data/test_clips.py::test_"
_CCGAN = "tests/models/test_ccgan.py::test_"
_SIMGAN = "tests/models/test_simgan.py::test_"
_TRANSLATION = "tests/models/test_image_to_image.py::test_"
_REPLICAS = "tests/models/test_replicas.py::test_"
_GROWING = "tests/models/test_growing.py::test_"
_STYLEGAN = "tests/models/test_stylegan.py::test_"
_EQUALIZED = "tests/layers/test_equalized.py::test_"
_STYLE_LAYERS = "tests/layers/test_style_layers.py::test_"
_LAWS = "tests/conformance/test_conformance.py::test_"
_ADVERSARIAL = ("tests/losses/test_adversarial.py::test_against_constants",)
_PENALTIES = ("tests/losses/test_penalties.py::test_against_constants",)
_SOURCES = "tests/data/test_sources.py::test_"
_AUGMENT = "tests/augment/test_diff.py::test_"
_TRAIN = "tests/training/test_train.py::test_"
_IMAGES = "tests/data/test_images.py::test_"
_CALLBACKS = "tests/callbacks/test_callbacks.py::test_"
_OPTIMIZERS = "tests/test_optimizers.py::test_"
_FIDELITY = "tests/metrics/test_fidelity.py::test_"
_FRECHET = "tests/metrics/test_frechet.py::test_"
_NEIGHBOURS = "tests/metrics/test_neighbours.py::test_"
_ON_FEATURES = "tests/metrics/test_on_features.py::test_"
_INCEPTION = ("tests/metrics/test_inception.py::test_all_layers_are_those_of_pytorch",)

_WRITTEN_OUT = f"{_LABELLED}one_step_against_the_algorithm_written_out"
_INTERRUPTED = (f"{_CALLBACKS}an_epoch_that_was_interrupted_is_continued",)

MUTANTS = [
    # ------------------------------------------------------------------ the engine
    *_mutants(
        "engine/model.py",
        (
            "optimizer.scale_loss(1.0 / self.distribute_strategy.num_replicas_in_sync)",
            "optimizer.scale_loss(1.0)",
            (f"{_LAWS}two_replicas_equal_one_device[gan]",),
        ),
        (
            "layer.synchronized = True",
            "layer.synchronized = False",
            (f"{_REPLICAS}synchronized_batch_normalization_is_that_of_one_device",),
        ),
        (
            "mean.update_state(value, weight)",
            "mean.update_state(value, 1.0)",
            (f"{_LABELLED}the_accuracy_of_evaluate_is_that_of_classify",),
        ),
        (
            '_losses")(real, fake, training=False)',
            '_losses")(real, fake, training=True)',
            (f"{_LABELLED}the_accuracy_of_evaluate_is_that_of_classify",),
        ),
        (
            "fake = self.fake_batch(real, training=False)\n        values",
            "fake = self.fake_batch(real, training=True)\n        values",
            (f"{_GAN}evaluate_changes_nothing_and_leaves_the_noise_of_training",),
        ),
        (
            "weight.assign(self.constraints[player](weight))",
            "weight.assign(weight)",
            (f"{_GAN}wgan_clips_the_critic_and_nothing_else",),
        ),
    ),
    *_mutants(
        "engine/replicas.py",
        (
            'poison = tf.where(overflows > 0, float("nan"), 0.0)',
            "poison = 0.0 * overflows",
            (f"{_REPLICAS}an_overflow_on_one_replica_is_one_on_all",),
        ),
        (
            "stateless_fold_in(seed, context.replica_id_in_sync_group)",
            "stateless_fold_in(seed, 0 * context.replica_id_in_sync_group)",
            (f"{_GAN}dropout_differs_between_replicas",),
        ),
        (
            "return context.all_reduce(tf.distribute.ReduceOp.MEAN, value)",
            "return value",
            (f"{_SGAN}feature_matching_over_replicas_is_that_of_the_whole_batch",),
        ),
        (
            "start = tf.reduce_sum(before)",
            "start = 0",
            (f"{_REPLICAS}shares_of_the_whole_batch_may_differ",),
        ),
    ),
    *_mutants(
        "engine/averages.py",
        (
            "delta=average - weight,",
            "delta=weight - average,",
            (f"{_GAN}ema_follows_the_recurrence",),
        ),
    ),
    *_mutants(
        "engine/batches.py",
        (
            "return x[i * length : (i + 1) * length]",
            "return x[:length]",
            (f"{_GAN}each_discriminator_step_sees_its_own_part_of_the_batch",),
        ),
    ),
    *_mutants(
        "engine/export.py",
        (
            "return self.generator if self.ema is None else self.generator_ema",
            "return self.generator",
            (f"{_GAN}the_averaged_generator_is_exported",),
        ),
    ),
    *_mutants(
        "engine/saved_model.py",
        (
            "path.is_dir() and any(path.iterdir()) and not",
            "path.is_dir() and not any(path.iterdir()) and not",
            (f"{_GAN}export_writes_over_nothing_but_a_saved_model",),
        ),
    ),
    *_mutants(
        "engine/fitting.py",
        (
            "self.evaluation_seed_generator.state.assign([EVALUATION_SEED, 0])\n"
            "        with readable_errors():",
            "with readable_errors():",
            (f"{_GAN}evaluate_changes_nothing_and_leaves_the_noise_of_training",),
        ),
    ),
    *_mutants(
        "engine/saving.py",
        (
            "store[str(i)] = state",
            "store[str(i)] = state * 0",
            (f"{_LAWS}interrupted_training_equals_uninterrupted_training_without_a_graph[gan]",),
        ),
        (
            'mean.assign(store[f"mean_{i}"])',
            "mean.assign(mean)",
            (f"{_CALLBACKS}an_epoch_that_was_interrupted_is_continued",),
        ),
    ),
    *_mutants(
        "keras_compat.py",
        (
            "metric._direction = direction",
            'metric._direction = "up"',
            ("tests/models/test_directions.py::test_keras_knows_which_way_is_better",),
        ),
    ),
    *_mutants(
        "engine/callbacks.py",
        (
            "each.insert(0, first)",
            "each.append(first)",
            ("tests/callbacks/test_measure.py::test_keras_callbacks_follow_a_metric",),
        ),
    ),
    *_mutants(
        "engine/fitting.py",
        (
            "measure.begin(self, examples)",
            "next(iter(x)), measure.begin(self, examples)",
            ("tests/callbacks/test_measure.py::test_measuring_leaves_no_trace_in_training",),
        ),
    ),
    *_mutants(
        "engine/measuring.py",
        (
            "self.every == 0 or epoch + 1 ==",
            "self.every == 0 or epoch ==",
            ("tests/callbacks/test_measure.py::test_epochs_between_are_not_measured",),
        ),
        (
            "if key not in self._known:",
            "if True:",
            ("tests/callbacks/test_measure.py::test_metrics_of_one_network_see_each_image_once",),
        ),
    ),
    *_mutants(
        "training/history.py",
        (
            "return None if math.isnan(value) else value",
            "return value",
            (
                "tests/training/test_reporting.py"
                "::test_what_a_page_shows_comes_from_the_files_of_a_run",
            ),
        ),
    ),
    *_mutants(
        "training/reporting.py",
        (
            "self._told += len(new)",
            "pass",
            ("tests/training/test_reporting.py::test_warnings_stay_when_a_run_goes_on",),
        ),
    ),
    *_mutants(
        "training/cluster.py",
        (
            "int(number) >= len(hosts)",
            "int(number) > len(hosts)",
            ("tests/training/test_cluster.py::test_contradictions_are_told",),
        ),
    ),
    *_mutants(
        "report/page.py",
        (
            "if self.options.get(k, v) != v",
            "",
            ("tests/report/test_page.py::test_a_page_says_how_the_run_went",),
        ),
        (
            "autoescape=True",
            "autoescape=False",
            ("tests/report/test_page.py::test_runs_are_compared",),
        ),
    ),
    *_mutants(
        "engine/saving.py",
        (
            'return "float32" if config in ("mixed_float16", "mixed_bfloat16") else config',
            "return config",
            (
                "tests/models/test_portable.py::test_a_model_of_mixed_precision_makes_the_same_in_single_precision",
            ),
        ),
    ),
    *_mutants(
        "engine/portable.py",
        (
            'if any("Random" in node.op for node in nodes):',
            "if False:",
            ("tests/models/test_portable.py::test_refused",),
        ),
    ),
    *_mutants(
        "models/gan.py",
        (
            '"discriminator_loss": loss + sum(self.discriminator.losses),',
            '"discriminator_loss": loss,',
            (f"{_GAN}regularizers_of_the_networks_count",),
        ),
        (
            "for real in parts:",
            "for real in parts[1:]:",
            (f"{_GAN}the_number_of_updates",),
        ),
        (
            'values["discriminator_loss"] += penalty',
            'values["discriminator_loss"] += 0.0 * penalty',
            (f"{_GAN}gradient_penalty_of_a_linear_critic",),
        ),
        (
            "seeds = self.seed_generator if training else self.evaluation_seed_generator\n"
            "        generator",
            "seeds = self.seed_generator\n        generator",
            (f"{_GAN}evaluate_changes_nothing_and_leaves_the_noise_of_training",),
        ),
        (
            "loss = self.discriminator_weight * loss",
            "loss = 1.0 * loss",
            (f"{_TRANSLATION}pix2pix_losses_against_the_paper",),
        ),
    ),
    # ------------------------------------------------------------------ formulas
    *_mutants(
        "losses/adversarial.py",
        (
            "return -ops.mean(ops.softplus(_float32(fake_logits)))",
            "return ops.mean(ops.softplus(_float32(fake_logits)))",
            _ADVERSARIAL,
        ),
        (
            "return ops.mean(ops.softplus(-_float32(fake_logits)))",
            "return ops.mean(ops.softplus(_float32(fake_logits)))",
            _ADVERSARIAL,
        ),
        (
            "ops.softplus(-real_logits) + self.label_smoothing * real_logits",
            "ops.softplus(-real_logits) - self.label_smoothing * real_logits",
            ("tests/losses/test_adversarial.py::test_label_smoothing_is_one_sided",),
        ),
        (
            "fake_loss = ops.mean(ops.square(_float32(fake_logits) - self.a))",
            "fake_loss = ops.mean(ops.square(_float32(fake_logits) - self.b))",
            _ADVERSARIAL,
        ),
        (
            "return ops.mean(_float32(fake_logits)) - ops.mean(_float32(real_logits))",
            "return ops.mean(_float32(real_logits)) - ops.mean(_float32(fake_logits))",
            (
                "tests/losses/test_adversarial.py"
                "::test_the_discriminator_wants_higher_scores_of_real_examples",
            ),
        ),
        (
            "ops.relu(1.0 + _float32(fake_logits))",
            "ops.relu(1.0 - _float32(fake_logits))",
            _ADVERSARIAL,
        ),
        (
            "ops.softplus(fake_logits - ops.mean(real_logits))",
            "ops.softplus(fake_logits)",
            _ADVERSARIAL,
        ),
    ),
    *_mutants(
        "losses/penalties.py",
        (
            "ops.mean(ops.square(self.excess(gradients)))",
            "ops.mean(ops.square(_norms(gradients)))",
            _PENALTIES,
        ),
        (
            "ops.square(ops.relu(self.excess(gradients)))",
            "ops.square(_norms(gradients) - 1.0)",
            _PENALTIES,
        ),
        (
            "return 0.5 * self.weight * ops.mean(_squared_norms(gradients))",
            "return self.weight * ops.mean(_squared_norms(gradients))",
            _PENALTIES,
        ),
        (
            "shape = (ops.shape(x)[0], *[1] * (len(x.shape) - 1))",
            "shape = ops.shape(x)",
            (
                "tests/losses/test_penalties.py"
                "::test_wgan_gp_points_lie_on_the_lines_with_one_share_an_example",
            ),
        ),
    ),
    *_mutants(
        "layers/spectral_normalization.py",
        (
            "return keras.StatelessScope([(kernel, kernel / self.sigma())])",
            "return keras.StatelessScope([(kernel, kernel / ops.stop_gradient(self.sigma()))])",
            ("tests/layers/test_spectral_normalization.py::test_the_gradient_goes_through_sigma",),
        ),
        (
            "kernel = ops.swapaxes(kernel, 2, 3)",
            "kernel = ops.transpose(kernel, (0, 1, 2, 3))",
            (
                "tests/layers/test_spectral_normalization.py"
                "::test_sigma_is_the_largest_singular_value[transposed]",
            ),
        ),
    ),
    *_mutants(
        "augment/adaptive.py",
        (
            "matrix = ops.matmul(matrix, _where(happens, transform(u, n, (width, height))))",
            "matrix = ops.matmul(_where(happens, transform(u, n, (width, height))), matrix)",
            ("tests/augment/test_adaptive.py::test_later_transforms_move_what_earlier_ones_made",),
        ),
        (
            "self.count.assign(ops.where(due, 0.0, count))",
            "self.count.assign(count)",
            (
                "tests/augment/test_adaptive.py"
                "::test_the_probability_moves_with_the_sign_of_what_is_too_much",
            ),
        ),
    ),
    *_mutants(
        "engine/augmenting.py",
        (
            'numbers = replicas.mean(tf.stack([values["real_accuracy"] * count, count]))',
            'numbers = tf.stack([values["real_accuracy"] * count, count])',
            ("tests/augment/test_adaptive.py::test_replicas_agree_on_the_probability",),
        ),
    ),
    *_mutants(
        "engine/model.py",
        (
            "            layer.update()",
            "            pass",
            (
                "tests/layers/test_spectral_normalization.py"
                "::test_vectors_move_once_with_each_update_of_the_weights",
            ),
        ),
    ),
    *_mutants(
        "losses/classification.py",
        (
            "return math.log(logits.shape[-1]) - cross_entropy(codes, logits)",
            "return math.log(logits.shape[-1]) + cross_entropy(codes, logits)",
            ("tests/losses/test_classification.py::test_categorical_information",),
        ),
        (
            "return ops.mean(ops.square(difference))",
            "return ops.mean(ops.abs(difference))",
            ("tests/losses/test_classification.py::test_feature_matching",),
        ),
    ),
    *_mutants(
        "losses/reconstruction.py",
        (
            "ops.mean(ops.sum(ops.square(_difference(target_features, features)), axis=-1))",
            "ops.mean(ops.mean(ops.square(_difference(target_features, features)), axis=-1))",
            ("tests/losses/test_reconstruction.py::test_against_constants",),
        ),
    ),
    # ------------------------------------------------------------------ metrics of features
    *_mutants(
        "metrics/frechet.py",
        ("/ (count - 1)", "/ count", (f"{_FRECHET}against_torch_fidelity",)),
        (
            "root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T",
            "root = (vectors * values.clip(min=0)) @ vectors.T",
            (f"{_FRECHET}against_closed_forms",),
        ),
        (
            "rows = features[start : start + _BLOCK] - shift",
            "rows = features[start : start + _BLOCK]",
            (f"{_FRECHET}moments_are_those_of_numpy",),
        ),
        (
            'self.add_variable(shape, "zeros", "float64",',
            'self.add_variable(shape, "zeros", "float32",',
            (f"{_ON_FEATURES}float32_far_from_0_loses_nothing",),
        ),
        (
            "own.assign(own + other)",
            "own.assign(other)",
            (f"{_ON_FEATURES}batches_and_merged_metrics_make_what_the_function_finds",),
        ),
    ),
    *_mutants(
        "metrics/kernel.py",
        (
            "within = of_x.sum() - np.trace(of_x) + of_y.sum() - np.trace(of_y)",
            "within = of_x.sum() + of_y.sum()",
            ("tests/metrics/test_kernel.py::test_by_hand",),
        ),
        (
            "subset_size, replace=False",
            "subset_size, replace=True",
            ("tests/metrics/test_kernel.py::test_against_torch_fidelity",),
        ),
    ),
    *_mutants(
        "metrics/neighbours.py",
        (
            "distances[np.arange(len(distances)), np.arange(len(points))[rows]] = np.inf",
            "distances[np.arange(len(distances)), np.arange(len(points))[rows]] += 0",
            (f"{_NEIGHBOURS}by_hand",),
        ),
        (
            "inside = distances < radii[rows, None]",
            "inside = distances <= radii[rows, None]",
            (f"{_NEIGHBOURS}a_ball_has_its_surface_for_precision_but_not_for_density",),
        ),
        (
            "precise[rows] = (distances <= real_radii)",
            "precise[rows] = (distances < real_radii)",
            (f"{_NEIGHBOURS}a_ball_has_its_surface_for_precision_but_not_for_density",),
        ),
        (
            "return real - mean, generated - mean",
            "return real + 0 * mean, generated + 0 * mean",
            (f"{_NEIGHBOURS}far_from_0_nothing_drowns",),
        ),
        (
            "distances[distances <= squares] = 0",
            "distances[distances < 0] = 0",
            (f"{_NEIGHBOURS}equal_images",),
        ),
        (
            "self.function(*map(self.kept, KINDS), **self._options)",
            "self.function(*map(self.kept, KINDS[::-1]), **self._options)",
            (f"{_ON_FEATURES}batches_and_merged_metrics_make_what_the_function_finds[precision]",),
        ),
    ),
    *_mutants(
        "metrics/scores.py",
        (
            "logits = logits[np.random.default_rng(0).permutation(len(logits))]",
            "logits = logits[:]",
            (
                "tests/metrics/test_scores.py"
                "::test_images_in_the_order_of_their_classes_are_shuffled",
            ),
        ),
    ),
    *_mutants(
        "metrics/multiscale.py",
        (
            "found = found * structure.clip(min=0) ** weight",
            "found = found * structure.clip(min=0)",
            ("tests/metrics/test_multiscale.py::test_ms_ssim_against_tensorflow",),
        ),
        (
            "directions /= np.linalg.norm(directions, axis=0)",
            "directions /= 1.0",
            ("tests/metrics/test_multiscale.py::test_sliced_wasserstein_against_a_closed_form",),
        ),
    ),
    *_mutants(
        "metrics/on_features.py",
        (
            '{"training": False}',
            '{"training": True}',
            (f"{_ON_FEATURES}extract_features_is_what_the_metrics_see",),
        ),
    ),
    *_mutants(
        "metrics/inception_v3.py",
        (
            'x = _block_e(x, "Mixed_7c", layers.MaxPooling2D)',
            'x = _block_e(x, "Mixed_7c", layers.AveragePooling2D)',
            _INCEPTION,
        ),
        (
            "layers.BatchNormalization(epsilon=1e-3",
            "layers.BatchNormalization(epsilon=1e-2",
            _INCEPTION,
        ),
        (
            "row, column = (1, 7), (7, 1)",
            "column, row = (1, 7), (7, 1)",
            _INCEPTION,
        ),
    ),
    *_mutants(
        "metrics/preparing.py",
        (
            'images = tf.image.resize(images, size, "bicubic", antialias=True)',
            'images = tf.image.resize(images, size, "bicubic")',
            ("tests/metrics/test_preparing.py::test_the_clean_way_is_that_of_pillow",),
        ),
    ),
    *_mutants(
        "networks/published.py",
        (
            "np.roll(weight, len(weight) // 2, axis=0)",
            "weight",
            ("tests/scripts/test_convert.py::test_generators_are_the_authors[unet]",),
        ),
        (
            "layers.Cropping2D(((1, 0), (1, 0)))(x)",
            "layers.Cropping2D(((0, 1), (0, 1)))(x)",
            ("tests/scripts/test_convert.py::test_generators_are_the_authors[resnet]",),
        ),
    ),
    *_mutants(
        "training/loading.py",
        (
            "layer.trainable = False",
            "pass",
            ("tests/training/test_train.py::test_a_preset_learns_on_with_layers_that_stay",),
        ),
    ),
    *_mutants(
        "training/options.py",
        (
            'settings["penalty"] = small.penalty',
            "pass",
            ("tests/training/test_train.py::test_small_networks_bring_their_penalty",),
        ),
    ),
    *_mutants(
        "torch_files.py",
        (
            "start + sum(steps) >= len(numbers)",
            "start >= len(numbers)",
            ("tests/test_torch_files.py::test_tensors_stay_in_their_storage",),
        ),
        (
            'raise pickle.UnpicklingError(f"it asks for {module}.{name}")',
            "return super().find_class(module, name)",
            ("tests/test_torch_files.py::test_a_file_that_would_run_code_is_refused",),
        ),
    ),
    # ------------------------------------------------------------------ layers and optimizers
    *_mutants(
        "layers/weight_normalization.py",
        (
            "outputs = direction * (self.scale / norm)",
            "outputs = direction * self.scale",
            ("tests/layers/test_weight_normalization.py::test_against_constants",),
        ),
        (
            "self.bias.assign(-mean * self.scale)",
            "self.bias.assign(-mean)",
            (
                "tests/layers/test_weight_normalization.py"
                "::test_initialization_standardizes_every_layer",
            ),
        ),
    ),
    *_mutants(
        "layers/minibatch_discrimination.py",
        (
            "closeness = ops.sum(ops.exp(-distances), axis=1) - 1.0",
            "closeness = ops.sum(ops.exp(-distances), axis=1)",
            ("tests/layers/test_minibatch_discrimination.py::test_against_constants",),
        ),
    ),
    *_mutants(
        "fast/normalization.py",
        (
            "variance = variance * (count - 1.0) / count",
            "variance = variance + 0.0 * count",
            ("tests/fast/test_normalization.py::test_batch_against_constants",),
        ),
    ),
    *_mutants(
        "layers/image_history.py",
        (
            "seed=self.draws) < 0.5",
            "seed=self.draws) < 0.9",
            (
                "tests/layers/test_image_history.py"
                "::test_then_half_of_the_images_are_exchanged_for_stored_ones",
            ),
        ),
        (
            "images = ops.stop_gradient(images)",
            "images = ops.identity(images)",
            ("tests/layers/test_image_history.py::test_no_gradient_flows",),
        ),
    ),
    *_mutants(
        "layers/image_history.py",
        (
            "self.count.assign(ops.where(store, count, self.count))",
            "self.count.assign(self.count)",
            (
                "tests/layers/test_image_history.py"
                "::test_a_sampled_history_fills_up_and_exchanges_as_many_as_there_are_new_ones",
            ),
        ),
        (
            "stores = ops.logical_and(store, ops",
            "stores = ops.logical_and(True, ops",
            ("tests/layers/test_image_history.py::test_what_a_sampled_history_shows_is_as_likely",),
        ),
    ),
    *_mutants(
        "layers/pixel_shuffle.py",
        (
            "return ops.depth_to_space(maps, self.factor",
            "return ops.depth_to_space(maps[..., ::-1], self.factor",
            ("tests/layers/test_resampling.py::test_pixel_shuffle_against_its_definition",),
        ),
    ),
    *_mutants(
        "layers/reflection_padding.py",
        (
            'mode="reflect"',
            'mode="symmetric"',
            (
                "tests/layers/test_resampling.py"
                "::test_reflection_padding_does_not_repeat_the_border",
            ),
        ),
    ),
    *_mutants(
        "optimizers.py",
        (
            "return self.numbers(learning_rate * ops.sqrt(second) / first, self.epsilon, dtype)",
            "return self.numbers(learning_rate, self.epsilon, dtype)",
            (f"{_OPTIMIZERS}fused_adam_against_numpy",),
        ),
        (
            "epsilon = self.epsilon * second",
            "epsilon = self.epsilon",
            (f"{_OPTIMIZERS}adam_against_numpy",),
        ),
        (
            "ops.clip(2.0 * rest, 0.0, 1.0)",
            "ops.clip(rest, 0.0, 1.0)",
            (f"{_OPTIMIZERS}linear_decay",),
        ),
    ),
    # ------------------------------------------------------------------ variants
    *_mutants(
        "models/acgan.py",
        (
            "+ losses.cross_entropy(classes, fake_classes)",
            "- losses.cross_entropy(classes, fake_classes)",
            (_WRITTEN_OUT,),
        ),
        (
            '"generator_loss": adversarial + classification',
            '"generator_loss": adversarial - classification',
            (_WRITTEN_OUT,),
        ),
    ),
    *_mutants(
        "models/infogan.py",
        (
            'self.continuous_weight * information["continuous_information"]',
            'self.information_weight * information["continuous_information"]',
            (_WRITTEN_OUT,),
        ),
    ),
    *_mutants(
        "models/aae.py",
        (
            "fake = self.fake_batch(real, training=True)  # anew: the encoder has moved",
            "fake = values.setdefault(0, self.fake_batch(real, training=True))",
            (f"{_AAE}codes_are_computed_anew_for_each_update",),
        ),
        (
            "known = tf.one_hot(labels, self.num_classes)",
            "known = tf.nn.softmax(fake[1][: batch_length(labels)])",
            (f"{_AAE}semi_supervised_losses_written_out",),
        ),
        (
            "return tf.nn.softmax(class_logits[batch_length(labelled) :])",
            "return tf.one_hot(tf.argmax(class_logits[batch_length(labelled) :], 1), 4)",
            (f"{_AAE}the_game_of_classes_moves_the_encoder",),
        ),
        (
            "own = self.prior.draw_of(labels, seeds.next())",
            "own = self.drawn(batch_length(labels), training)",
            (f"{_AAE}labelled_images_meet_the_component_of_their_class",),
        ),
    ),
    *_mutants(
        "models/priors.py",
        (
            "return tf.random.stateless_normal((count, self.dim), seed, stddev=self.deviation)",
            "return tf.random.stateless_normal((count, self.dim), seed)",
            (f"{_AAE}the_deviation_of_a_gaussian_counts",),
        ),
    ),
    *_mutants(
        "models/bgan.py",
        (
            "weights = tf.stop_gradient(tf.nn.softmax(log_weights, axis=1))",
            "weights = tf.nn.softmax(log_weights, axis=1)",
            (f"{_BGAN}no_gradient_passes_through_the_discriminator",),
        ),
        (
            "tf.nn.softmax(log_weights, axis=1)",
            "tf.nn.softmax(log_weights, axis=0)",
            (f"{_BGAN}weights_of_each_latents_draws_add_up_to_one",),
        ),
        (
            "return tf.reduce_sum(values, axis=list(range(2, values.shape.rank)))",
            "return tf.reduce_mean(values, axis=list(range(2, values.shape.rank)))",
            (f"{_BGAN}one_sample_a_latent_has_the_cross_entropy_summed_over_pixels",),
        ),
        (
            "samples = _as_images(thresholds <= tf.sigmoid(eta)[:, None])",
            "samples = 2 * tf.sigmoid(eta)[:, None] - 1 + 0 * thresholds",
            (f"{_BGAN}draws_are_binary_and_as_likely_as_the_generator_says",),
        ),
        (
            "return _as_images(super().unpack(data) > 0)",
            "return super().unpack(data)",
            (f"{_BGAN}draws_are_binary_and_as_likely_as_the_generator_says",),
        ),
        (
            "loss = tf.reduce_mean(tf.square(logits - log_partition))",
            "loss = tf.reduce_mean(tf.square(logits))",
            (f"{_BGAN}the_generator_seeks_log_z",),
        ),
    ),
    *_mutants(
        "models/bigan.py",
        (
            "return self.adversarial_loss.discriminator(fake_logits, real_logits)",
            "return self.adversarial_loss.generator(fake_logits)",
            (f"{_BIGAN}both_terms_are_flipped", f"{_BIGAN}losses_written_out"),
        ),
        (
            "codes = self.drawn_codes(real, training)",
            "codes = tf.stop_gradient(self.drawn_codes(real, training))",
            (f"{_BIGAN}all_networks_move_by_one_pass_against_the_same_discriminator",),
        ),
    ),
    *_mutants(
        "losses/completion.py",
        (
            "return (1.0 - missing) * share",
            "return (1.0 - missing) * (1.0 - share)",
            (f"{_COMPLETION}weights_are_shares_of_missing_pixels_around",),
        ),
        (
            "return ops.sum(weights * difference, axis=(1, 2, 3))",
            "return ops.mean(weights * difference, axis=(1, 2, 3))",
            (f"{_COMPLETION}the_context_is_a_sum_over_pixels_and_channels",),
        ),
    ),
    *_mutants(
        "data/holes.py",
        (
            "degrees[0] -= 1",
            "degrees[0] -= 0",
            (
                "tests/data/test_holes.py::test_what_differs_by_a_constant_blends_into_the_image_itself",
            ),
        ),
    ),
    *_mutants(
        "models/completing.py",
        (
            "return i + 1, self.nearest_latents(latents - change), mean, square",
            "return i + 1, latents - change, mean, square",
            (f"{_COMPLETING}latents_stay_where_draws_lie",),
        ),
        (
            "best = tf.argmin(",
            "best = tf.argmax(",
            (f"{_COMPLETING}the_restart_of_the_least_loss_counts",),
        ),
    ),
    *_mutants(
        "models/holes.py",
        (
            "seed, 0, length - side + 1, ",
            "seed, 0, length - side, ",
            (f"{_CCGAN}squares_lie_anywhere_as_far_as_the_last_row_and_column",),
        ),
    ),
    *_mutants(
        "metrics/holes.py",
        (
            "return ops.sum(missing * values, axis=(1, 2, 3))",
            "return ops.sum(values, axis=(1, 2, 3))",
            (f"{_CONTEXT}measures_look_at_the_hole_alone",),
        ),
    ),
    *_mutants(
        "models/inpainting.py",
        (
            "seen = self.with_holes(images, self.holes.hide(missing))",
            "seen = images",
            (f"{_CONTEXT}any_hole_is_filled_and_known_pixels_stay",),
        ),
    ),
    *_mutants(
        "models/context_encoder.py",
        (
            "weights = tf.where(missing, 1.0, self.holes.known_weight)",
            "weights = 1.0",
            (f"{_CONTEXT}losses_written_out",),
        ),
        (
            "return super().discriminator_losses(self.holes.part(real), made, training)",
            "return super().discriminator_losses(real, made, training)",
            (f"{_CONTEXT}losses_written_out",),
        ),
    ),
    *_mutants(
        "models/next_frame.py",
        (
            "with generator_tape:  # which goes on recording",
            "with tf.GradientTape():",
            (f"{_FRAMES}the_adversarial_loss_alone_moves_the_generator",),
        ),
        (
            "last = frames[..., -self.image_shape[2] :]",
            "last = frames[..., : self.image_shape[2]]",
            (f"{_FRAMES}a_copy_of_the_last_frame_is_measured_beside",),
        ),
        (
            "known = clips[:, -self.frames :]",
            "known = clips[:, : self.frames]",
            (f"{_FRAMES}predicted_frames_follow_the_newest",),
        ),
    ),
    *_mutants(
        "networks/next_frame.py",
        (
            "made.append(to_image(x if guess is None else layers.Add()([x, guess])))",
            "made.append(to_image(x))",
            (f"{_FRAMES}each_scale_adds_to_the_one_below",),
        ),
    ),
    *_mutants(
        "losses/reconstruction.py",
        (
            "ops.abs(images[:, 1:] - images[:, :-1]),",
            "ops.abs(images - ops.roll(images, 1, axis=1)),",
            ("tests/losses/test_reconstruction.py::test_gradient_difference_of_an_offset_is_zero",),
        ),
    ),
    *_mutants(
        "data/clips.py",
        (
            "moves = tf.concat([moves[:, :-1], tf.ones((number, 1), bool)], axis=1)",
            "moves = tf.concat([tf.ones((number, 1), bool), moves[:, 1:]], axis=1)",
            (f"{_CLIPS}the_first_place_that_moves_is_taken_and_the_last_if_none_does",),
        ),
    ),
    *_mutants(
        "models/ccgan.py",
        (
            "return [tf.where(missing, made, images), made, missing]",
            "return [made, made, missing]",
            (f"{_CCGAN}composites_are_the_images_around_the_hole",),
        ),
        (
            "losses.NonSaturating(label_smoothing=0.1)",
            "losses.NonSaturating(label_smoothing=0.0)",
            (f"{_CCGAN}losses_written_out",),
        ),
        (
            "fake = self.fake_batch(of_g, training=True)[first:]",
            "fake = self.fake_batch(of_g, training=True)",
            (f"{_CCGAN}cc_gan_2_also_judges_all_that_the_generator_makes",),
        ),
    ),
    *_mutants(
        "models/sgan.py",
        (
            "losses.feature_matching(mean_features(unlabelled), mean_features(fake))",
            "losses.feature_matching(mean_features(labelled), mean_features(fake))",
            (_WRITTEN_OUT,),
        ),
        (
            "adversarial = 0.5 * self.unlabelled_weight",
            "adversarial = self.unlabelled_weight",
            (_WRITTEN_OUT,),
        ),
    ),
    *_mutants(
        "models/cyclegan.py",
        (
            '"generator_cycle_loss": self.cycle_weight * cycle',
            '"generator_cycle_loss": cycle',
            (f"{_TRANSLATION}cyclegan_losses_against_the_paper",),
        ),
        (
            "map(losses.l1, real, self.fake_batch(real[::-1], training))",
            "map(losses.l1, real, self.fake_batch(real, training))",
            (f"{_TRANSLATION}cyclegan_losses_against_the_paper",),
        ),
    ),
    *_mutants(
        "models/simgan.py",
        (
            "adversarial = _size(logits) * self",
            "adversarial = self",
            (f"{_SIMGAN}losses_are_sums_over_patches_and_pixels",),
        ),
        (
            "self.regularization_weight * _size(kept) * losses",
            "self.regularization_weight * losses",
            (f"{_SIMGAN}losses_are_sums_over_patches_and_pixels",),
        ),
        (
            '"generator_loss": played * adversarial',
            '"generator_loss": adversarial',
            (f"{_SIMGAN}at_first_the_refiner_learns_the_distance_alone",),
        ),
        (
            "tf.concat([new, old[: batch_length(synthetic) // 2]], axis=0)",
            "tf.concat([new, new[: batch_length(synthetic) // 2]], axis=0)",
            (f"{_SIMGAN}half_of_the_refined_images_are_old",),
        ),
        (
            "return (begun < 0) | (begun >= self.discriminator_start), begun >= 0",
            "return begun < begun + 1, begun >= 0",
            (f"{_SIMGAN}the_refiner_begins_alone_then_the_discriminator_does",),
        ),
    ),
    *_mutants(
        "engine/replicas.py",
        (
            "variable.assign(tf.where(keep, variable, value))",
            "variable.assign(variable)",
            (f"{_SIMGAN}the_refiner_begins_alone_then_the_discriminator_does",),
        ),
    ),
    *_mutants(
        "models/pix2pix.py",
        (
            "content_weight=100.0,\n        adversarial_weight",
            "content_weight=10.0,\n        adversarial_weight",
            (f"{_TRANSLATION}pix2pix_losses_against_the_paper",),
        ),
    ),
    *_mutants(
        "models/upscaling.py",
        (
            "values = tf.minimum(psnr(images, generated, self.scale), 100.0)",
            "values = psnr(images, generated, self.scale)",
            (f"{_TRANSLATION}perfect_pictures_do_not_spoil_the_mean",),
        ),
    ),
    # ------------------------------------------------------------------ data
    *_mutants(
        "data/order.py",
        (
            "skipped = tf.where(epoch == first_epoch, first_step, 0)",
            "skipped = 0",
            (f"{_IMAGES}stream_starts_anywhere",),
        ),
    ),
    *_mutants(
        "data/decode.py",
        (
            "ImageOps.exif_transpose(image, in_place=True)\n        yield image",
            "yield image",
            (f"{_IMAGES}exif_orientation_is_honoured",),
        ),
        (
            "ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC)",
            "ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC, centering=(0, 0))",
            (f"{_IMAGES}crop_keeps_the_centre_and_squash_keeps_all",),
        ),
        (
            'Image.new("RGBA", image.size, "white")',
            'Image.new("RGBA", image.size, "black")',
            (f"{_IMAGES}transparency_turns_white_unless_kept",),
        ),
    ),
    *_mutants(
        "data/pixels.py",
        (
            "tf.round(tf.clip_by_value(levels, 0.0, 255.0))",
            "tf.floor(tf.clip_by_value(levels, 0.0, 255.0))",
            ("tests/data/test_pixels.py::test_to_uint8_clips_and_rounds_to_nearest",),
        ),
    ),
    *_mutants(
        "data/loading.py",
        (
            'class_names = _classes_like(whole / "train", class_names, root, check)',
            "class_names = sorted(class_names)",
            (f"{_IMAGES}the_training_split_numbers_the_classes",),
        ),
    ),
    *_mutants(
        "data/labels.py",
        (
            "array.min() >= 0 and array.max() < num_classes",
            "array.max() < num_classes",
            ("tests/data/test_labels.py::test_what_is_no_labels_is_refused",),
        ),
    ),
    *_mutants(
        "data/semi_supervised.py",
        (
            "batches(images, number=2)",
            "batches(images, number=1)",
            ("tests/data/test_semi_supervised.py::test_the_three_orders_are_drawn_apart",),
        ),
        (
            "members = np.flatnonzero(images.labels == label)",
            "members = np.flatnonzero(images.labels >= 0)",
            (
                "tests/data/test_semi_supervised.py"
                "::test_each_class_has_equally_many_labelled_images",
            ),
        ),
    ),
    *_mutants(
        "data/augment.py",
        (
            "columns = slice(left * factor, (left + crop[1]) * factor)",
            "columns = slice(left, left + crop[1] * factor)",
            (
                "tests/data/test_super_resolution.py"
                "::test_cuts_belong_together_and_come_from_everywhere",
            ),
        ),
    ),
    *_mutants(
        "data/sources.py",
        (
            "return int(alike[(np.searchsorted(alike, number) + 1) % len(alike)])",
            "return (number + 1) % len(self)",
            (f"{_SOURCES}a_broken_picture_is_told_once_and_another_of_its_class_taken",),
        ),
        (
            "high = float(np.max([part.max() for part in parts]))",
            "high = float(parts[0].max())",
            (f"{_SOURCES}floats_in_a_file_are_checked_all_of_them",),
        ),
        (
            "maxsize=16 * (os.cpu_count() or 1)",
            "maxsize=0",
            (f"{_SOURCES}a_pair_is_decoded_once_for_both_of_its_images",),
        ),
    ),
    *_mutants(
        "data/cache.py",
        (
            "file.truncate(start + done * size)",
            "file.tell()",
            (f"{_SOURCES}an_interrupted_cache_goes_on",),
        ),
    ),
    *_mutants(
        "augment/diff.py",
        (
            "return mean + (0.5 + u[0]) * (images - mean)",
            "return mean + 2.0 * u[0] * (images - mean)",
            (f"{_AUGMENT}contrast_scales_the_distance_to_the_mean_of_an_image",),
        ),
        (
            "(2 * most + 1)) - most",
            "(2 * most)) - most",
            (f"{_AUGMENT}translation_shifts_by_up_to_an_eighth_and_fills_with_zeros",),
        ),
        (
            "(place < start + length)",
            "(place <= start + length)",
            (f"{_AUGMENT}cutout_sets_half_the_sides_to_zero",),
        ),
        (
            "seeds = [seed_generator.next() for _ in self.transforms]",
            "seeds = [[0, 0] for _ in self.transforms]",
            (f"{_AUGMENT}each_image_and_each_call_has_its_own_draws",),
        ),
    ),
    # ------------------------------------------------------------------ runs
    *_mutants(
        "training/options.py",
        (
            "| settings | before | given",
            "| settings | given | before",
            (f"{_TRAIN}loaded_data_train_and_go_on",),
        ),
        (
            "if name not in MAY_CHANGE and not",
            "if not",
            (f"{_TRAIN}loaded_data_train_and_go_on",),
        ),
    ),
    # ------------------------------------------------------------------ checkpoints and callbacks
    *_mutants(
        "callbacks/checkpoint.py",
        (
            "self.model.save_weights(unfinished)",
            "self.model.save_weights(path), self.model.save_weights(unfinished)",
            (
                "tests/callbacks/test_checkpoint_files.py"
                "::test_a_checkpoint_that_cannot_be_written_leaves_the_one_before",
            ),
        ),
        (
            "[-self.keep :]",
            "[: self.keep]",
            (f"{_CALLBACKS}checkpoints_are_kept_and_restored",),
        ),
        (
            "for path in reversed(paths):",
            "for path in paths:",
            (f"{_CALLBACKS}checkpoints_are_kept_and_restored",),
        ),
        (
            "paths[: paths.index(path) + 1]",
            "paths[:]",
            (f"{_CALLBACKS}training_begun_anew_replaces_the_checkpoints_of_the_old",),
        ),
        (
            "Position(int(match[1]), int(match[2] or 0))",
            "Position(int(match[1]), 0)",
            _INTERRUPTED,
        ),
        (
            "self._means = [variable.numpy() for variable in _means(model)]",
            "self._means = None",
            _INTERRUPTED,
        ),
        (
            "self._first_step + batch + 1",
            "self._first_step + batch",
            _INTERRUPTED,
        ),
        (
            "if not np.isfinite(weight.numpy()).all():",
            "if np.isinf(weight.numpy()).all():",
            (f"{_CALLBACKS}weights_that_are_not_finite_are_not_saved",),
        ),
    ),
    *_mutants(
        "callbacks/preemption.py",
        (
            'if batch + 1 != self.params["steps"] and self.asked:',
            'if batch + 1 == self.params["steps"] and self.asked:',
            _INTERRUPTED,
        ),
    ),
    *_mutants(
        "callbacks/health.py",
        (
            "if diversity < _ALIKE:",
            "if diversity < 0.0:",
            ("tests/callbacks/test_health.py::test_each_is_warned_of_once",),
        ),
    ),
    # ------------------------------------------------------------------ metrics and exports
    *_mutants(
        "metrics/fidelity.py",
        (
            "images = images[:, border:-border, border:-border]",
            "images = images[:, border:, border:]",
            (f"{_FIDELITY}the_border_does_not_count",),
        ),
        (
            "filter_size=_WINDOW",
            "filter_size=_WINDOW - 4",
            (f"{_FIDELITY}ssim_of_a_single_window_against_its_definition",),
        ),
        (
            "pixels[..., :3] * ops.array(_LUMA)",
            "pixels[..., 2::-1] * ops.array(_LUMA)",
            (f"{_FIDELITY}psnr_of_colours_is_that_of_luma",),
        ),
    ),
    *_mutants(
        "metrics/diversity.py",
        (
            "ops.sum(distances) / (count * (count - 1.0))",
            "ops.sum(distances) / (count * count)",
            ("tests/metrics/test_diversity.py::test_mean_distance",),
        ),
    ),
    # ------------------------------------------------------------------ growing and styles
    *_mutants(
        "models/growing.py",
        (
            "stage += self.first_stage + (rest >= self.stable_images)",
            "stage += self.first_stage + (rest > self.stable_images)",
            (f"{_GROWING}the_schedule_is_a_function_of_the_images_seen",),
        ),
        (
            "fading = tf.maximum(images_seen % both - self.stable_images, 0)",
            "fading = tf.maximum(images_seen % both, 0)",
            (f"{_GROWING}what_is_made_does_not_jump_when_a_stage_begins",),
        ),
        (
            "tf.nn.relu(1.0 - tf.abs(level - stage))",
            "tf.nn.relu(tf.abs(level - stage))",
            (f"{_GROWING}images_fade_in",),
        ),
        (
            '                forget(getattr(self, f"{player}_optimizer"))',
            "                pass",
            (f"{_GROWING}one_fit_grows_through_all_stages",),
        ),
        (
            'if variable.name != "learning_rate":',
            "if True:",
            (f"{_GROWING}forgetting_leaves_learning_rates",),
        ),
        (
            "return self.reduced(super().unpack(data))",
            "return super().unpack(data)",
            (f"{_GROWING}images_fade_in",),
        ),
    ),
    *_mutants(
        "layers/equalized.py",
        (
            "self.gain * self.multiplier / math.sqrt(math.prod(kernel.shape[:-1]))",
            "self.gain / math.sqrt(math.prod(kernel.shape[:-1]))",
            (f"{_EQUALIZED}a_multiplier_slows_what_a_step_of_adam_changes",),
        ),
        (
            "scaled.append((bias, bias * self.multiplier))",
            "scaled.append((bias, bias))",
            (f"{_EQUALIZED}weights_are_scaled_whenever_the_layer_computes",),
        ),
    ),
    *_mutants(
        "layers/pixel_normalization.py",
        (
            "ops.mean(ops.square(x), axis=-1, keepdims=True)",
            "ops.mean(ops.square(x), axis=1, keepdims=True)",
            (f"{_STYLE_LAYERS}channels_of_a_pixel_have_a_mean_square_of_one",),
        ),
    ),
    *_mutants(
        "layers/minibatch_deviation.py",
        (
            "ops.arange(shape[0]) % ops.maximum(shape[0] // self.group_size, 1)",
            "ops.arange(shape[0]) // self.group_size",
            (f"{_STYLE_LAYERS}the_deviation_is_that_of_every_mth_example",),
        ),
    ),
    *_mutants(
        "layers/style.py",
        (
            "return x * (scale + 1.0) + offset",
            "return x * scale + offset",
            (f"{_STYLE_LAYERS}a_style_scales_and_moves_normalized_maps",),
        ),
        (
            "return ops.cast(ops.rsqrt(norms + 1e-8), styles.dtype)",
            "return ops.cast(ops.rsqrt(norms + 1e-8), styles.dtype) ** 2",
            (f"{_STYLE_LAYERS}scaled_activations_equal_scaled_weights",),
        ),
    ),
    *_mutants(
        "models/styles.py",
        (
            'mean = tf.stop_gradient(tf.reduce_mean(tf.cast(w, "float32"), axis=0))',
            'mean = tf.stop_gradient(tf.reduce_sum(tf.cast(w, "float32"), axis=0))',
            (f"{_STYLEGAN}the_average_of_w_follows_the_first_w_alone",),
        ),
        (
            'layer = 1 + tf.cast(tf.floor(uniform[1] * (layers - 1.0)), "int32")',
            'layer = tf.cast(tf.floor(uniform[1] * layers), "int32")',
            (f"{_STYLEGAN}two_w_are_mixed_from_a_random_layer_on",),
        ),
    ),
    *_mutants(
        "models/stylegan.py",
        (
            "self.path_length.assign(tf.where(due, tf.stop_gradient(average), before))",
            "self.path_length.assign(tf.stop_gradient(average))",
            (f"{_STYLEGAN}the_penalty_of_paths_by_hand",),
        ),
        (
            "noise = tf.random.stateless_normal(tf.shape(images), seeds.next()) / pixels**0.5",
            "noise = tf.random.stateless_normal(tf.shape(images), seeds.next())",
            (f"{_STYLEGAN}the_penalty_of_paths_by_hand",),
        ),
        (
            "optimizers.Adam(2e-3 * c, beta_1=0.0, beta_2=0.99**c)",
            "optimizers.Adam(2e-3 * c, beta_1=0.0, beta_2=0.99)",
            (f"{_STYLEGAN}optimizers_make_up_for_lazy_penalties",),
        ),
    ),
]


def main():
    """Runs the tests on the code as it is, then on each mutant."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", help="numbers of mutants, such as 3,4; all by default")
    only = parser.parse_args().only
    numbers = range(len(MUTANTS)) if only is None else list(map(int, only.split(",")))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    importlib.import_module("tensorflow")  # once for all runs, and not for `test_mutants.py`
    importlib.import_module("keras")
    sys.dont_write_bytecode = True  # it would be taken for that of the next mutant
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_tree(pathlib.Path(folder))
        tests = dict.fromkeys(test for number in numbers for test in MUTANTS[number].tests)
        code, report = run(tree, *tests)
        if code or " skipped" in report.splitlines()[-1]:
            raise SystemExit(f"{report}\nThe tests do not pass on the code as it is.")
        print(f"{len(tests)} tests pass on the code as it is.", flush=True)
        survivors = [number for number in numbers if not is_killed(tree, number)]
    print(f"{len(numbers) - len(survivors)} of {len(numbers)} mutants are killed.")
    if survivors:
        raise SystemExit(f"Alive: {', '.join(map(str, survivors))}.")


def copy_tree(folder):
    """Copies the files of the project, as they are in the working tree."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def is_killed(tree, number):
    """Whether the tests of a mutant fail; says so."""
    mutant, start = MUTANTS[number], time.monotonic()
    path = tree / mutant.file
    text = path.read_text()
    path.write_text(text.replace(mutant.original, mutant.replacement))
    try:
        code, report = run(tree, *mutant.tests)
    finally:
        path.write_text(text)
    # Pytest's 1 says that tests failed; other codes, that none ran: the mutant is no code.
    killed = code in (1, -signal.SIGALRM)
    verdict = "killed" if killed else "SURVIVED" if code == 0 else f"NOT RUN\n{report}"
    line = mutant.original.partition("\n")[0]
    seconds = time.monotonic() - start
    print(f"{number:3} {verdict} ({seconds:.0f} s) {mutant.file}: {line}", flush=True)
    return killed


def run(tree, *tests):
    """Runs tests of a tree with the kerasgan in it; returns pytest's exit code, and its report.

    In a process that is forked off this one, which has imported TensorFlow, but not kerasgan.
    """
    with tempfile.TemporaryFile("w+") as report:
        child = os.fork()
        if not child:
            signal.alarm(TIMEOUT)
            for stream in (1, 2):
                os.dup2(report.fileno(), stream)
            os.chdir(tree)
            others = [path for path in sys.path if pathlib.Path(path).resolve() not in OURS]
            sys.path[:] = [str(tree), *others]
            os.environ["PYTHONPATH"] = str(tree)  # of processes that tests start
            options = ["-n", "0", "-x", "-q", "-p", "no:cacheprovider"]
            code = pytest.main([*options, *tests])
            sys.stdout.flush()
            os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        report.seek(0)
        return code, report.read()


if __name__ == "__main__":
    main()
