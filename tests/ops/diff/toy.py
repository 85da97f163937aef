"""A project of three files that synthesizes in no time: one stack, whose description is a word of its own code."""

from __future__ import annotations

import subprocess
from pathlib import Path

APP = """
import importlib.util, json, os, pathlib, sys
from fleet.word import WORD

context = dict(pair.split("=", 1) for pair in sys.argv[2::2])
blueprint = pathlib.Path(context["blueprint"])
said = (blueprint / "fleet.yaml").read_text()
if "broken" in said:
    sys.exit(f"{blueprint}/fleet.yaml:1: is broken")
out, dist = pathlib.Path(os.environ["CDK_OUTDIR"]), pathlib.Path(context["dist"])
out.mkdir(parents=True)
dist.mkdir(parents=True)
borrowed = [name for name in ("hypercell", "admission", "ops") if importlib.util.find_spec(name)]
template = {"Description": WORD, "Resources": {}, "Metadata": {"said": said, "borrowed": borrowed}}
(out / "toy-edge.template.json").write_text(json.dumps(template))
stack = {"type": "aws:cloudformation:stack", "environment": "aws://111111111111/us-east-2"}
stack["properties"] = {"templateFile": "toy-edge.template.json"}
(out / "manifest.json").write_text(json.dumps({"artifacts": {"toy-edge": stack}}))
record = {"fleet": "toy", "domain": "toy.example", "stage": "test", "accounts": {}, "change_scope": "cell"}
record |= {"regions": {}, "cells": {}}
place = {"kind": "edge-dns", "account": "111111111111", "region": "us-east-2", "phase": 1}
record["stacks"] = {"toy-edge": place}
(out / "fleet-record.json").write_text(json.dumps(record))
"""


def project(folder: Path, word: str = "first") -> Path:
    """The project in a folder, in no repository yet; its blueprint is `blueprints/toy`."""
    for file, text in (
        ("app.py", APP),
        ("fleet/__init__.py", ""),
        ("fleet/word.py", f"WORD = {word!r}\n"),
        ("blueprints/toy/fleet.yaml", "fleet: toy\n"),
        ("requirements.lock", ""),
        # Python keeps what it compiled, where the environment does not forbid it.
        (".gitignore", "__pycache__/\n"),
    ):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    return folder


def repository(folder: Path, word: str = "first") -> Path:
    """The same, committed."""
    project(folder, word)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return folder


def commit(folder: Path) -> str:
    """Commit everything; the commit."""
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=A", "-c", "user.email=a@toy.example", "commit", "--quiet", "--message", "A change")
    return git(folder, "rev-parse", "HEAD")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()
