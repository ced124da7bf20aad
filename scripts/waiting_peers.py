"""What a user of PyTorch writes for what benchmark_waiting.py measures: networks and their use.

Networks are in channels last and take no gradients. Their modules come in the order of the layers
of ours, so that they can be given the same weights.
"""

import numpy as np
import torch
from scipy import linalg
from torch import nn

# A GAN's images, and those that features are extracted of, computed at once.
_BATCH = 64


class Generator(nn.Module):
    """DCGAN's, of latents (N, 100), to images (N, 3, 64, 64)."""

    def __init__(self):
        super().__init__()
        self.project = nn.Linear(100, 16 * 512, bias=False)
        parts, channels = [nn.BatchNorm2d(512), nn.ReLU(inplace=True)], 512
        while channels > 64:
            parts += [
                nn.ConvTranspose2d(channels, channels // 2, 4, 2, 1, bias=False),
                nn.BatchNorm2d(channels // 2),
                nn.ReLU(inplace=True),
            ]
            channels //= 2
        self.body = nn.Sequential(
            *parts, nn.ConvTranspose2d(channels, 3, 4, 2, 1, bias=False), nn.Tanh()
        )

    def forward(self, latents):
        """Returns images in [-1, 1]."""
        return self.body(self.project(latents).view(-1, 4, 4, 512).permute(0, 3, 1, 2))


class Residual(nn.Module):
    """A block of SRResNet."""

    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1),
            nn.BatchNorm2d(width),
            nn.PReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.BatchNorm2d(width),
        )

    def forward(self, maps):
        """Returns the maps, and what the block adds to them."""
        return maps + self.body(maps)


class SRResNet(nn.Module):
    """The small one: eight blocks of 32 channels; makes images four times as large."""

    def __init__(self, width=32, blocks=8):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, width, 9, padding=4), nn.PReLU())
        self.body = nn.Sequential(
            *[Residual(width) for _ in range(blocks)],
            nn.Conv2d(width, width, 3, padding=1),
            nn.BatchNorm2d(width),
        )
        self.larger = nn.Sequential(
            *[
                part
                for _ in range(2)
                for part in (
                    nn.Conv2d(width, 4 * width, 3, padding=1),
                    nn.PixelShuffle(2),
                    nn.PReLU(),
                )
            ]
        )
        self.last = nn.Conv2d(width, 3, 9, padding=4)

    def forward(self, images):
        """Returns images, both in [-1, 1]."""
        maps = self.first(images / 2 + 0.5)
        return self.last(self.larger(maps + self.body(maps)))


class Classifier(nn.Module):
    """Of images (N, 1, 28, 28), to 64 features."""

    def __init__(self):
        super().__init__()
        parts, channels = [], 1
        for width, side in ((32, 5), (64, 3), (128, 3)):
            parts += [
                nn.Conv2d(channels, width, side, padding=side // 2, bias=False),
                nn.MaxPool2d(2, ceil_mode=True),
                nn.BatchNorm2d(width, eps=1e-3),
                nn.ReLU(inplace=True),
            ]
            channels = width
        self.body = nn.Sequential(*parts, nn.AdaptiveMaxPool2d(1), nn.Flatten())
        self.features = nn.Sequential(nn.Linear(channels, 64), nn.LeakyReLU(0.2))

    def forward(self, images):
        """Returns the features."""
        return self.features(self.body(images))


NETWORKS = {"generate": Generator, "upscale": SRResNet, "evaluate": Classifier}


@torch.no_grad()
def load(network, arrays):
    """Gives a network the weights of ours, and prepares it to be used."""
    state = {k: v for k, v in network.state_dict().items() if "num_batches" not in k}
    for (name, tensor), array in zip(state.items(), arrays, strict=True):
        if name.startswith("larger") and tensor.ndim and tensor.shape[0] > 1:
            # Theirs has the four pixels of a channel side by side, ours the channels of a pixel.
            array = np.stack(np.split(array, 4, axis=-1), axis=-1).reshape(array.shape)
        order = {1: (0,), 2: (1, 0), 3: (0, 1, 2), 4: (3, 2, 0, 1)}[array.ndim]
        array = array.transpose(order).reshape(tensor.shape)
        tensor.copy_(torch.from_numpy(np.ascontiguousarray(array)))
    return network.eval().to(memory_format=torch.channels_last)


def to_float(images):
    """Returns uint8 images (N, H, W, C) as floats (N, C, H, W) in [-1, 1], channels last."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1


def to_uint8(images):
    """Returns floats (N, C, H, W) in [-1, 1] as uint8 images (N, H, W, C)."""
    pixels = ((images + 1) * 127.5).round_().clamp_(0, 255).to(torch.uint8)
    return pixels.permute(0, 2, 3, 1).numpy()


@torch.inference_mode()
def generate(network, latents):
    """Returns the images that DCGAN makes of latents, some at a time."""
    latents = torch.from_numpy(latents)
    return np.concatenate([to_uint8(network(each)) for each in latents.split(_BATCH)])


@torch.inference_mode()
def upscale(network, picture):
    """Returns a picture four times as large, as a whole."""
    return to_uint8(network(to_float(picture[None])))[0]


@torch.inference_mode()
def evaluate(network, real, generated):
    """Returns the Fréchet distance of images' features, as its usual implementations compute it."""
    moments = []
    for images in (real, generated):
        starts = range(0, len(images), _BATCH)
        found = [network(to_float(images[i : i + _BATCH])).numpy() for i in starts]
        found = np.concatenate(found).astype("float64")
        moments.append((found.mean(axis=0), np.cov(found, rowvar=False)))
    (mean, one), (other_mean, other) = moments
    root = linalg.sqrtm(one @ other)
    return np.square(mean - other_mean).sum() + np.trace(one + other - 2 * np.real(root))


WAYS = {"generate": generate, "upscale": upscale, "evaluate": evaluate}
