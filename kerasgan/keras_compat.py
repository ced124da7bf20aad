"""Faults of Keras that are mended from outside, each with the version that has it."""

import functools

from keras.src.saving import saving_lib

# Keras 3.15 keeps under one name, and looks for under another, which attributes it need not save.
# So it makes a layer, an optimizer and a metric anew with each save to find out, and of each
# optimizer TensorFlow keeps 70 kB for ever.
saving_lib.get_attr_skipset = functools.cache(saving_lib.get_attr_skipset)
