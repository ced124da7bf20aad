# %% [markdown]
# # Ten labels a class
#
# Of 1,500 digits, 100 have labels. A discriminator that also has to tell the other 1,400 from
# generated ones learns what digits look like (Salimans et al., "Improved Techniques for Training
# GANs", 2016, arXiv:1606.03498, section 5):
#
#     L_D = E[LSE(l(x)) - l_y(x)] + w/2 (E[sp(-LSE(l(x_u)))] + E[sp(LSE(l(G(z))))])
#
# is `kerasgan/models/sgan.py`, `SemiSupervisedGAN.discriminator_losses`. G matches the mean of D's
# features, `generator_losses` in the same file. With w = 0 the same network learns from the labels
# alone. With so few digits the difference is small: see `zoo/sgan.py` for MNIST.

# %%
import os

import matplotlib.pyplot as plt

import kerasgan

EPOCHS = int(os.environ.get("LECTURE_EPOCHS", 20))
digits = kerasgan.data.load_images("digits")
held_out = kerasgan.data.load_images("digits", split="test").dataset(100, labels=True)
weights = {"labels and unlabelled digits (w = 1)": 1.0, "labels alone (w = 0)": 0.0}

# %% [markdown]
# Both see the same 100 labels in the same order, and take as many steps.

# %%
figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
for name, weight in weights.items():
    gan = kerasgan.models.SemiSupervisedGAN(
        (8, 8, 1), num_classes=10, unlabelled_weight=weight, ema=0.99, seed=0
    )
    gan.compile()
    history = gan.fit(
        kerasgan.data.semi_supervised(digits, labels_per_class=10, seed=0, batch_size=100),
        validation_data=held_out,
        epochs=EPOCHS,
        verbose=2,
    ).history
    accuracy = history["val_accuracy"]
    print(f"{name}: {accuracy[-1]:.1%} of 297 other digits, {max(accuracy):.1%} at best")
    axes.plot(range(1, EPOCHS + 1), accuracy, label=f"{name}: {accuracy[-1]:.1%}")
axes.set(title="accuracy on 297 other digits", xlabel="epoch", ylim=(0.5, 1))
axes.legend(loc="lower right")
figure.savefig("labels.png", dpi=90)
