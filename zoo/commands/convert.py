"""Converts a generator of pix2pix or CycleGAN that PyTorch has trained.

kerasgan convert --input=latest_net_G.pth --output=zebras.keras
kerasgan generate --model=zebras.keras --input=horses --output=zebras

The file holds the weights of a generator of junyanz/pytorch-CycleGAN-and-pix2pix: a U-Net
(unet_256, unet_128) or a residual network (resnet_9blocks, resnet_6blocks). It is read without
PyTorch, and nothing in it is run. The model translates; it has no discriminator to train with.
"""

from zoo import quiet  # noqa: F401 before TensorFlow

from absl import flags

from kerasgan import models, networks
from kerasgan.files import whole
from kerasgan.torch_files import read_tensors
from kerasgan.training import folder
from zoo import command_line

_INPUT = flags.DEFINE_string("input", None, "PyTorch's file of weights.", required=True)
_OUTPUT = flags.DEFINE_string("output", None, "The .keras file to write.", required=True)


@command_line.run_errors()
def main():
    """Reads, builds, saves."""
    output = folder.path_of(_OUTPUT.value)
    if output.suffix != ".keras":
        raise command_line.UserError(f"--output={output} must be a .keras file")
    command_line.check_new(output, folder=False)
    with command_line.user_errors(ValueError):
        tensors = read_tensors(folder.path_of(_INPUT.value))
        generator, shape = networks.published.generator(tensors)
    model = models.PairedTranslator(shape, generator=generator)
    with command_line.new_folder(output.parent), whole(output) as unfinished:
        model.save(unfinished)
    print(f"{output} translates: {generator.count_params():,} weights")
