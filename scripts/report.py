"""The command `kerasgan report`; --help lists its flags."""

from zoo import cli

if __name__ == "__main__":
    cli.run("report")
