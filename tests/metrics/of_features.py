"""Features whose measures other implementations have found."""

import numpy as np


def peers():
    """Two sets of features, (400, 16) and (300, 16), that differ somewhat.

    What torch-fidelity 0.4.0 and prdc 0.2 find on them stands in the tests.
    """
    generator = np.random.default_rng(7)
    a = generator.normal(size=(400, 16))
    b = generator.normal(size=(300, 16))
    return a, b @ (np.eye(16) + 0.1 * generator.normal(size=(16, 16))) + 0.2


def clusters(seed, count=500):
    """Real-looking features: three clusters in 8 dimensions."""
    generator = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(3, 8)) * 4
    return centres[generator.integers(3, size=count)] + generator.normal(size=(count, 8))
