"""How the presets of the package are trained, measured and shown."""

import dataclasses

_MNIST = "MNIST, by Y. LeCun and C. Cortes (CC BY-SA 3.0)"
_BSDS200 = "BSDS200, the training photographs of the Berkeley Segmentation Dataset (for research)"
_FACADES = "CMP Facades, by R. Tylecek and R. Sara (for research), as the pix2pix authors pair them"
_FASHION_MNIST = "Fashion-MNIST, by Zalando Research (MIT)"


@dataclasses.dataclass(frozen=True)
class Preset:
    """What `scripts/make_preset.py` makes, and `kerasgan reproduce` makes anew.

    Attributes:
        description: What the model makes.
        data: The data set, by whom it is, and its licence.
        train: The command that trains it.
        evaluate: The command that measures it, but for the model.
        tolerance: By how much another training may differ, by the name of a measured value.
        limits: What not to expect.
        picture: The command that makes the picture of the card, but for the model; or an empty
            string: what the model makes of the data that it is measured on.
    """

    description: str
    data: str
    train: str
    evaluate: str
    tolerance: dict
    limits: str
    picture: str = "kerasgan generate --count=64 --seed=1"


# On processors with instructions for bfloat16 that is twice as fast, and as good.
_FAST = " --mixed_precision=mixed_bfloat16"


def _of_noise(model, dataset, data, description, limits, flags=""):
    return Preset(
        description=description,
        data=data,
        train=f"kerasgan train --model={model} --dataset={dataset}{flags}",
        evaluate=f"kerasgan evaluate --dataset={dataset} --metrics=frechet,kernel,precision_recall",
        tolerance={"frechet_distance": 4.0, "precision": 0.06, "recall": 0.06},
        limits=limits,
    )


def _of_classes(*args, measured="as_asked"):
    made = _of_noise(*args)
    classifier = made.evaluate.split()[2].replace("dataset", "classifier")
    return dataclasses.replace(
        made,
        evaluate=f"{made.evaluate} {classifier}",
        tolerance=made.tolerance | {measured: 0.02},
        picture="kerasgan generate --count=100 --labels=0,1,2,3,4,5,6,7,8,9 --seed=1",
    )


PRESETS = {
    "dcgan_mnist": _of_noise(
        "dcgan",
        "mnist",
        _MNIST,
        "Handwritten digits of 28 x 28 pixels, from noise.",
        "Some samples are no digit.",
        _FAST,
    ),
    "lsgan_mnist": _of_noise(
        "lsgan",
        "mnist",
        _MNIST,
        "Handwritten digits of 28 x 28 pixels, from noise, by the least-squares game.",
        "Some samples are no digit.",
        " --seed=0",
    ),
    "stylegan2_fashion_mnist": _of_noise(
        "stylegan2",
        "fashion_mnist",
        _FASHION_MNIST,
        "Clothes of 32 x 32 pixels, from noise, by styles that can be mixed.",
        "Dark clothes are hard to tell, and textures coarse.",
        " --epochs=8 --steps_per_epoch=1000",
    ),
    "gan_mnist": _of_noise(
        "gan",
        "mnist",
        _MNIST,
        "Handwritten digits of 28 x 28 pixels, from noise, by dense networks.",
        "Samples have specks, as the pixels of dense networks are independent of their neighbours.",
    ),
    "cgan_mnist": _of_classes(
        "cgan",
        "mnist",
        _MNIST,
        "Handwritten digits of 28 x 28 pixels, of the class that is asked for, by dense networks.",
        "Samples have specks, as the pixels of dense networks are independent of their neighbours.",
    ),
    "acgan_mnist": _of_classes(
        "acgan",
        "mnist",
        _MNIST,
        "Handwritten digits of 28 x 28 pixels, of the class that is asked for.",
        "Digits of a class vary less than real ones.",
        _FAST,
    ),
    "r3gan_mnist": _of_noise(
        "r3gan",
        "mnist",
        _MNIST,
        "Handwritten digits of 28 x 28 pixels, from noise.",
        "A few samples are no digit.",
        " --seed=0",
    ),
    "infogan_mnist": _of_classes(
        "infogan",
        "mnist",
        _MNIST,
        "Handwritten digits of 28 x 28 pixels, of codes that it has found without labels: a "
        "category, which is a digit nearly always, and two numbers.",
        "Two categories mix 4 and 9.",
        " --small --seed=1" + _FAST,
        measured="as_best_assigned",
    ),
    "srresnet_bsds200": Preset(
        description="Photographs four times as large, by eight residual blocks of 32 channels.",
        data=_BSDS200,
        train="kerasgan train --model=srresnet --dataset=photographs --small --held_out=Set5 "
        "--epochs=30 --steps_per_epoch=250",
        evaluate="kerasgan evaluate --dataset=Set5",
        tolerance={"psnr": 0.2, "ssim": 0.01},
        limits="Sharp edges, and smooth where there was fine texture: it makes up nothing.",
        picture="",
    ),
    "srgan_bsds200": Preset(
        description="Photographs four times as large, by srresnet_bsds200's network and a game.",
        data=_BSDS200,
        train="kerasgan train --model=srgan --dataset=photographs --small --held_out=Set5 "
        "--pretrained=srresnet_bsds200 --epochs=16 --steps_per_epoch=100",
        evaluate="kerasgan evaluate --dataset=Set5",
        tolerance={"psnr": 0.7, "sharpness": 1.5},
        limits="It makes up texture, a grain on even areas, and fringes at some borders.",
        picture="",
    ),
    "pix2pix_facades": Preset(
        description="Facades of houses, from maps of their parts.",
        data=_FACADES,
        train="kerasgan train --model=pix2pix --dataset=facades --direction=b_to_a --small "
        "--image_size=128 --epochs=50",
        evaluate="kerasgan evaluate --dataset=facades --direction=b_to_a --metrics=frechet,kernel",
        tolerance={"l1": 0.03, "sharpness": 3.0},
        limits="The weave of transposed convolutions shows, most of all where the map is empty.",
        picture="",
    ),
}
