"""R3GAN's step by PyTorch, as a careful user writes it, for `benchmark.py --against` this file.

Channels last, fused Adam, one set of gradients a player. The networks are those of the case
"r3gan": a residual block for each size of maps, of 64, 32 and 16 channels.
"""

import math

import torch
from torch import nn
from torch.nn import functional

_WIDTHS = (64, 32, 16)  # from the smallest maps, of 7 x 7, to the largest
_GAMMA = 1.0
_HALF = 32  # images of each player
_FORMAT = torch.channels_last


class Smooth(nn.Module):
    """Doubles or halves the sides of maps by the filter [1, 3, 3, 1] along both."""

    def __init__(self, channels, double):
        super().__init__()
        taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
        kernel = torch.outer(taps, taps) / taps.sum() ** 2 * (4 if double else 1)
        self.register_buffer("kernel", kernel.repeat(channels, 1, 1, 1))
        self.apply_to = functional.conv_transpose2d if double else functional.conv2d

    def forward(self, x):
        """Returns the maps."""
        return self.apply_to(x, self.kernel, stride=2, padding=1, groups=x.shape[1])


class Block(nn.Module):
    """An inverted residual block, the identity at first."""

    def __init__(self, channels):
        super().__init__()
        inside = 2 * channels
        self.layers = nn.Sequential(
            nn.Conv2d(channels, inside, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(inside, inside, 3, padding=1, groups=inside // 16),
            nn.LeakyReLU(0.2),
            nn.Conv2d(inside, channels, 1, bias=False),
        )
        nn.init.zeros_(self.layers[-1].weight)

    def forward(self, x):
        """Returns the maps, and what is added to them."""
        return x + self.layers(x)


def _convolution(taken, made):
    return nn.Conv2d(taken, made, 1, bias=False)


class Generator(nn.Module):
    """Latents (N, 64) to images (N, 1, 28, 28)."""

    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(64, _WIDTHS[0], bias=False)
        self.basis = nn.Parameter(torch.randn(1, _WIDTHS[0], 7, 7))
        parts = [Block(_WIDTHS[0])]
        for wide, narrow in zip(_WIDTHS, _WIDTHS[1:], strict=False):
            parts += [_convolution(wide, narrow), Smooth(narrow, True), Block(narrow)]
        self.parts = nn.Sequential(*parts, _convolution(_WIDTHS[-1], 1))

    def forward(self, z):
        """Returns the images."""
        x = self.dense(z)[:, :, None, None] * self.basis
        return self.parts(x.contiguous(memory_format=_FORMAT))


def discriminator():
    """Returns the network from images (N, 1, 28, 28) to logits (N, 1)."""
    parts = [_convolution(1, _WIDTHS[-1]), Block(_WIDTHS[-1])]
    for narrow, wide in zip(_WIDTHS[:0:-1], _WIDTHS[-2::-1], strict=True):
        parts += [Smooth(narrow, False), _convolution(narrow, wide), Block(wide)]
    basis = nn.Conv2d(_WIDTHS[0], _WIDTHS[0], 7, groups=_WIDTHS[0], bias=False)
    nn.init.normal_(basis.weight, std=1 / math.sqrt(7 * 7))
    return nn.Sequential(*parts, basis, nn.Flatten(), nn.Linear(_WIDTHS[0], 1, bias=False))


def build(case, wrap):
    """Returns the step, the numbers of weights by network, and the images of a step.

    Args:
        case: "r3gan".
        wrap: A function of a network, such as torch.compile.
    """
    if case != "r3gan":
        raise SystemExit(f"error: this file has 'r3gan', not {case!r}")
    made = {"generator": Generator(), "discriminator": discriminator()}
    weights = {name: sum(p.numel() for p in network.parameters()) for name, network in made.items()}
    generate, judge = (wrap(network.to(memory_format=_FORMAT)) for network in made.values())
    optimizers = [
        torch.optim.Adam(network.parameters(), 2e-4, (0.0, 0.9), fused=True)
        for network in made.values()
    ]
    images = torch.rand(2 * _HALF, 1, 28, 28) * 2 - 1

    def logits_and_penalty(x):
        """R1 or R2: the squared gradient of the logits by the images, half of it."""
        x = x.detach().requires_grad_()
        logits = judge(x)
        (gradient,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
        return logits, _GAMMA / 2 * gradient.square().sum((1, 2, 3)).mean()

    def update(optimizer, loss):
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    def step():
        real, last = images.split(_HALF)
        with torch.no_grad():
            fake = generate(torch.randn(_HALF, 64))
        real_logits, r1 = logits_and_penalty(real)
        fake_logits, r2 = logits_and_penalty(fake)
        update(optimizers[1], functional.softplus(fake_logits - real_logits).mean() + r1 + r2)
        judge.requires_grad_(False)
        with torch.no_grad():
            real_logits = judge(last)
        fake_logits = judge(generate(torch.randn(_HALF, 64)))
        update(optimizers[0], functional.softplus(real_logits - fake_logits).mean())
        judge.requires_grad_(True)

    return step, weights, 2 * _HALF
