"""VGG-19 features for perceptual losses.

Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014,
arXiv:1409.1556, trained on ImageNet, as SRGAN's perceptual loss uses them.
"""

import keras
from keras import layers

# ImageNet's mean blue, green and red, which Keras' VGG weights expect subtracted.
_MEANS = (103.939, 116.779, 123.68)
_SCALE = 1 / 12.75


def features(weights="imagenet", layer="block5_conv4"):
    """Returns VGG-19 up to a layer: images (N, H, W, 3) in [-1, 1] to features.

    They are taken after the ReLU and scaled by 1 / 12.75, as SRGAN's authors do (arXiv:1609.04802,
    section 3.2): their squared distance is then of the order of that of the images.

    Args:
        weights: "imagenet" downloads the weights by `keras.applications`, once; or the path of a
            weights file of `keras.applications.VGG19(include_top=False)`; None leaves them random.
        layer: "block5_conv4" is the paper's phi_{5,4}, "block2_conv2" its phi_{2,2}.

    Raises:
        ValueError: If the weights cannot be had or do not fit, or VGG-19 has no such layer.
    """
    try:
        vgg = keras.applications.VGG19(include_top=False, weights=weights)
    except Exception as error:  # the network, a missing file, a file of something else
        raise ValueError(
            f"The weights {weights!r} of VGG-19 cannot be loaded ({type(error).__name__}: "
            f"{error}). Without a network, fetch vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5 "
            "elsewhere, and give its path; or train with the mean squared error alone."
        ) from error
    names = [each.name for each in vgg.layers if "conv" in each.name]
    if layer not in names:
        raise ValueError(f"layer must be one of {', '.join(names)}, got {layer!r}.")
    images = keras.Input((None, None, 3), name="images")
    x = layers.Rescaling(127.5, [127.5 - mean for mean in _MEANS])(images[..., ::-1])
    x = keras.Model(vgg.input, vgg.get_layer(layer).output, name="vgg19")(x)
    outputs = layers.Rescaling(_SCALE, dtype="float32")(x)
    network = keras.Model(images, outputs, name="features")
    network.trainable = False
    return network
