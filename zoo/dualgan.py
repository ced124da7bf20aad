"""DualGAN on photographs, and on two folders of pictures.

`kerasgan train --model=dualgan`: between parts of the two photographs inside
scikit-learn. Not measured yet.
"""

import dataclasses

from kerasgan import models
from zoo import cyclegan
from zoo.recipe import Settings

RECIPE = dataclasses.replace(
    cyclegan.RECIPE,
    name="dualgan",
    model=models.DualGAN,
    data={"photos": Settings((64, 64, 3), batch_size=1, epochs=20)},
    own_data=Settings((256, 256, 3), batch_size=1, epochs=100),
    small=None,
    optimizers=lambda steps: {},
)
