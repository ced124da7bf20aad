"""The command `kerasgan styles`; --help lists its flags."""

from zoo import cli

if __name__ == "__main__":
    cli.run("styles")
