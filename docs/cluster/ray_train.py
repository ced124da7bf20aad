"""Trains on the machines of a Ray cluster.

    pip install 'ray[train]'
    python docs/cluster/ray_train.py

Tried with two workers on one machine, not on several: a file to start from. All workers need
kerasgan, and `/disk`, which they share. When one is lost Ray starts all again, and they go on; so
do others, more or fewer, when this is started again. num_workers=(1, 4) takes what there is.
"""

from ray.train import FailureConfig, RunConfig, ScalingConfig
from ray.train.tensorflow import TensorflowTrainer


def train(config):
    """What each worker does; Ray has put the cluster into TF_CONFIG."""
    import zoo
    from kerasgan import training

    recipe = zoo.RECIPES[config.pop("model")]
    training.train(recipe, **config, strategy="multi_worker", resume=True)


def trainer(config, **scaling):
    """Returns what trains: the arguments of `kerasgan.training.train`, and of `ScalingConfig`."""
    return TensorflowTrainer(
        train,
        train_loop_config=config,
        scaling_config=ScalingConfig(**scaling),
        run_config=RunConfig(
            storage_path=f"{config['workdir']}-ray",  # its own files
            failure_config=FailureConfig(max_failures=20),
        ),
    )


if __name__ == "__main__":
    config = {"model": "dcgan", "data": "cifar10", "workdir": "/disk/dcgan"}
    trainer(config, num_workers=2, use_gpu=True).fit()
