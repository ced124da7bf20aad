"""Opens a page on which to play with a model: seeds, classes, walks, styles, pictures to change.

kerasgan explore --model=dcgan_mnist
kerasgan explore --model=runs/cyclegan-horses --port=7870

The page is at http://127.0.0.1:7860, for this machine alone unless --host is another address, and
asks for nothing from elsewhere. It needs `pip install 'kerasgan[demo]'`.
"""

from zoo import quiet  # noqa: F401 before TensorFlow

from absl import flags

from kerasgan.report import explore
from kerasgan.training import folder, loading
from zoo import command_line

_MODEL = flags.DEFINE_string(
    "model", None, "A run's folder, a .keras file, or a preset's name or folder.", required=True
)
_HOST = flags.DEFINE_string("host", "127.0.0.1", "The address to listen at; 0.0.0.0 for all.")
_PORT = flags.DEFINE_integer("port", 7860, "The port.", lower_bound=1, upper_bound=65535)


@command_line.run_errors()
def main():
    """Loads, serves."""
    path = folder.path_of(_MODEL.value)
    model = loading.load_model(path)
    with command_line.user_errors(ValueError, ImportError):
        app = explore.explorer(model, path.name)
    with command_line.user_errors(OSError):  # a port that is taken
        explore.launch(app, _HOST.value, _PORT.value)
