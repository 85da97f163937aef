"""The steps as one bash script: to read, to run, and to run again."""

from __future__ import annotations

from collections.abc import Sequence

from fleet import names
from fleet.cell import Cell
from ops.bootstrap.steps import Step

NAME = "bootstrap.sh"

_HEAD = """\
#!/usr/bin/env bash
# Bootstrap of {cell} ({cluster}), written by `hypercell cell bootstrap`. Every step may be taken again.
set -euo pipefail
here=$(cd "$(dirname "${{BASH_SOURCE[0]}}")" && pwd)
work=$(mktemp -d)
export KUBECONFIG=$work/kubeconfig HELM_REGISTRY_CONFIG=$work/registry.json
forward=
# Tokens and the way in go away with this run, however it ends.
leave() {{
  code=$?
  if [ -n "$forward" ]; then
    kill -- "-$forward" 2>/dev/null || true
    wait "$forward" 2>/dev/null || true
  fi
  rm -rf "$work"
  exit "$code"
}}
trap leave EXIT
trap 'exit 130' INT TERM

step() {{ printf '\\n%s\\n' "$1"; }}
stop() {{ printf '%s\\n' "$1" >&2; exit 1; }}
tool() {{ # name, pinned version or nothing, command that tells it
  command -v "$1" >/dev/null || stop "$1 is not installed${{2:+; install $2}}"
  local said
  said=$($3 2>&1) || stop "$1 does not run: $said"
  [ -z "$2" ] || [[ "$said" =~ (^|[^0-9.])"$2"([^0-9.]|$) ]] || stop "$1 must be $2, and is: $said"
}}
opens() {{ # port
  for _ in $(seq 60); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    kill -0 "$forward" 2>/dev/null || stop "the session ended: $(cat "$work/session.log")"
    sleep 0.5
  done
  stop "nothing listens on 127.0.0.1:$1 after 30 s: $(cat "$work/session.log")"
}}
"""


def script(cell: Cell, steps: Sequence[Step]) -> str:
    """The script of these steps."""
    parts = [_HEAD.format(cell=cell.name, cluster=names.cluster(cell))]
    for number, step in enumerate(steps, 1):
        parts.append(f"step '{number}. {step.title}: {_quoted(step.why)}'\n" + "\n".join(step.lines) + "\n")
    parts.append(f"step '{cell.name} stands. Give it weight when you have looked at it.'\n")
    return "\n".join(parts)


def _quoted(text: str) -> str:
    return text.replace("'", "'\\''")
