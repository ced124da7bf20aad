"""Semi-supervised GAN on digits, MNIST and Fashion-MNIST, with 10 labelled images a class.

`kerasgan train --model=sgan --dataset=mnist --mixed_precision=mixed_bfloat16 --seed=1`:
300 epochs of 600 steps, 22 to 30 s an epoch on two or one CPU cores with AVX512-BF16, about 2.3
hours of a core. It ends with 86 errors in 10,000 test images; the paper has 93 +- 6.5 in ten runs.

After 100 epochs, which take 48 minutes of a core, three draws of the labels (seeds 0, 1 and 2) have
215, 101 and 120 errors, 145 on average. 104 of the 215 are sevens with a bar: seed 0 labels none of
those, and they are taken for zeros. The same network, trained on the labels of seed 0 alone
(`SemiSupervisedGAN(unlabelled_weight=0)`, without an average), has 2,461 errors after 20 epochs, in
9 minutes beside other work.

`kerasgan train --model=sgan --seed=0`, 100 labels of the digits of scikit-learn: 100 epochs (1,500
steps of 100) in a minute and a half of a core; 89.9 % of the 297 test images are named right. Of
noise, 297 images against these, on the features digits_features_901d27aa: Frechet distance 24.8,
precision 0.66, recall 0.89.
"""

from kerasgan import data, models
from zoo.recipe import Recipe, Settings, num_classes


def _ten_labels_a_class(images, batch_size, seed, start_step):
    return data.semi_supervised(images, 10, seed, batch_size, start_step)


RECIPE = Recipe(
    name="sgan",
    model=models.SemiSupervisedGAN,
    data={
        "digits": Settings((8, 8, 1), batch_size=100, epochs=100),
        "mnist": Settings((28, 28, 1), batch_size=100, epochs=300),
        "fashion_mnist": Settings((28, 28, 1), batch_size=100, epochs=300),
    },
    own_data=Settings((32, 32, 3), batch_size=100, epochs=300, least_steps=20),
    options=lambda images, seed: {"num_classes": num_classes(images), "ema": 0.9999},
    stream=_ten_labels_a_class,
    held_out=lambda images, batch_size: images.dataset(batch_size, labels=True),
    monitor="val_accuracy",
)
