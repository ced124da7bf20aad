"""Adversarial autoencoders on digits, MNIST and Fashion-MNIST.

Not measured yet on MNIST. The recipes: `aae`, with ten codes of N(0, 1); `conditional_aae`, whose
decoder is told the class; `semi_supervised_aae`, with 10 labelled images a class; and
`labelled_prior_aae`, with the labels of every sixth image and a prior of ten petals.
"""

from kerasgan import data, models
from zoo.recipe import Recipe, Settings, labelled, num_classes


def _ten_labels_a_class(images, batch_size, seed, start_step):
    return data.semi_supervised(images, 10, seed, batch_size, start_step)


def _every_sixth_label(images, batch_size, seed, start_step):
    """10,000 labels of MNIST, as in the paper's figure 4."""
    count = len(images) // (6 * num_classes(images))
    return data.semi_supervised(images, count, seed, batch_size, start_step)


def _classes(images, seed):
    return {"num_classes": num_classes(images)}


def _petals(images, seed):
    return {"prior": models.priors.GaussianMixture(num_classes(images))}


def _settings(batch_size, epochs):
    return {
        "digits": Settings((16, 16, 1), batch_size, epochs=100),
        "mnist": Settings((28, 28, 1), batch_size, epochs),
        "fashion_mnist": Settings((28, 28, 1), batch_size, epochs),
    }


def _labelled_images(images, batch_size):
    return images.dataset(batch_size, labels=True)


AAE = Recipe(
    name="aae",
    model=models.AdversarialAutoencoder,
    data=_settings(batch_size=100, epochs=100),
    own_data=Settings((32, 32, 3), batch_size=100, epochs=100, least_steps=50),
    held_out=lambda images, batch_size: images.dataset(batch_size),
    monitor="val_reconstruction_mse",
)
CONDITIONAL = Recipe(
    name="conditional_aae",
    model=models.ConditionalAAE,
    data=AAE.data,
    own_data=AAE.own_data,
    options=_classes,
    stream=labelled,
    held_out=_labelled_images,
    monitor="val_reconstruction_mse",
)
# Half as many labelled images as others in a batch; of these all are seen twice an epoch.
SEMI_SUPERVISED = Recipe(
    name="semi_supervised_aae",
    model=models.SemiSupervisedAAE,
    data=_settings(batch_size=50, epochs=50),
    own_data=Settings((32, 32, 3), batch_size=50, epochs=50, least_steps=50),
    options=_classes,
    stream=_ten_labels_a_class,
    held_out=_labelled_images,
    monitor="val_accuracy",
)
LABELLED_PRIOR = Recipe(
    name="labelled_prior_aae",
    model=models.LabelledPriorAAE,
    data=SEMI_SUPERVISED.data,
    own_data=SEMI_SUPERVISED.own_data,
    options=_petals,
    stream=_every_sixth_label,
    held_out=_labelled_images,
    monitor="val_component_accuracy",
)
