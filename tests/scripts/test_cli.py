"""The installed command."""

import sys

import pytest
from processes import ROOT, run

from zoo import cli, command_line


def invoke(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["kerasgan", *arguments])
    return cli.main()


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",), ("help",)])
def test_it_says_what_there_is(monkeypatch, capsys, arguments):
    invoke(monkeypatch, *arguments)
    told = capsys.readouterr().out
    for path in (ROOT / "zoo" / "commands").glob("[!_]*.py"):
        assert f"\n  {path.stem} " in told
        # Both say the same of it, and the script runs it.
        first_line = path.read_text().split('"""')[1].splitlines()[0]
        assert first_line.startswith(cli.COMMANDS[path.stem].rstrip(".")), path
        assert f'cli.run("{path.stem}")' in (ROOT / "scripts" / path.name).read_text()


def test_an_unknown_command_is_one_line(monkeypatch, capsys):
    with pytest.raises(SystemExit) as ended:
        invoke(monkeypatch, "trian", "--epochs=1")
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "error: there is no command 'trian': train, generate, inpaint, styles, export, evaluate, "
        "explore, report, compare, convert, reproduce\n"
    )


def test_it_runs_a_command_with_its_flags(tmp_path):
    (tmp_path / "kerasgan.py").write_text("from zoo.cli import main\nmain()\n")
    result = run(tmp_path / "kerasgan", "train", "--model=gan", "--dry_run", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("gan on digits at [16, 16, 1]")


def test_arguments_in_messages_are_written_as_flags(monkeypatch):
    known = dict.fromkeys(["workdir", "batch_size", "resume", "dataset", "?"])
    monkeypatch.setattr(command_line.flags, "FLAGS", known)
    text = "workdir=runs/x holds another run (batch_size=8 there, 4 here): go on with resume=True"
    assert command_line.as_flags(text) == (
        "--workdir=runs/x holds another run (--batch_size=8 there, 4 here): go on with --resume"
    )
    assert command_line.as_flags("dataset_size=3 of mine=True") == "dataset_size=3 of mine=True"
