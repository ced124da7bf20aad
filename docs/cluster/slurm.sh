#!/bin/bash
# sbatch docs/cluster/slurm.sh
# Not tried on a cluster of several machines: a file to start from.
#SBATCH --job-name=gan
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-task=1
#SBATCH --time=12:00:00
#SBATCH --requeue
#SBATCH --signal=SIGTERM@120

srun kerasgan train --model=dcgan --dataset=cifar10 --strategy=multi_worker \
    --workdir="$SLURM_SUBMIT_DIR/runs/dcgan" --resume
