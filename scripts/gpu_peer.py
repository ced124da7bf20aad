"""Trains DCGAN at 64 x 64 by PyTorch when gpu_check.py tells it to, which runs it.

As a careful user writes it: channels last, one pass of the generator for both updates, fused Adam;
eager.
"""

import itertools
import time

import torch
from torch import nn
from torch.nn import functional
from waiting_peers import Generator
from workers import answer, attend

_BATCH = 64
_DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def discriminator():
    """Returns DCGAN's, images (N, 3, 64, 64) to logits (N, 1)."""
    parts, widths = [], [3, 64, 128, 256, 512]
    for taken, made in itertools.pairwise(widths):
        parts.append(nn.Conv2d(taken, made, 4, 2, 1, bias=False))
        parts += [nn.BatchNorm2d(made)] * (taken > 3) + [nn.LeakyReLU(0.2, inplace=True)]
    return nn.Sequential(*parts, nn.Flatten(), nn.Linear(16 * 512, 1, bias=False))


def step_of(generator, judge):
    """Returns a function of images that takes a step of both networks."""
    optimizers = [
        torch.optim.Adam(network.parameters(), 2e-4, (0.5, 0.999), fused=True)
        for network in (generator, judge)
    ]

    def step(images):
        for optimizer in optimizers:
            optimizer.zero_grad()
        fake = generator(torch.rand(len(images), 100, device=_DEVICE) * 2 - 1)
        real_logits, fake_logits = judge(images), judge(fake.detach())
        (functional.softplus(-real_logits) + functional.softplus(fake_logits)).mean().backward()
        optimizers[1].step()
        judge.requires_grad_(False)
        functional.softplus(-judge(fake)).mean().backward()
        judge.requires_grad_(True)
        optimizers[0].step()

    return step


def main():
    """Builds, and steps."""
    options = {"device": _DEVICE, "memory_format": torch.channels_last}
    step = step_of(Generator().to(**options), discriminator().to(**options))
    images = torch.zeros(_BATCH, 3, 64, 64).to(**options)

    def finished():
        if _DEVICE == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()

    def rate(steps):
        start = finished()
        for _ in range(steps):
            step(images)
        return {"images_per_second": _BATCH * steps / (finished() - start)}

    rate(1)
    answer(device=_DEVICE, version=torch.__version__)
    attend(rate=rate)


if __name__ == "__main__":
    main()
