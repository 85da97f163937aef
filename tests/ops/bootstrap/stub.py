"""Stands in for aws, kubectl, helm and session-manager-plugin: writes down what it was asked, and answers as told.

Environment: STUB_LOG, a file that is appended a JSON object a call; STUB_ANSWERS, a JSON list of [words that the
command line has, output, exit code], of which the first that fits is given.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

program, arguments = Path(sys.argv[0]).name, sys.argv[1:]
line = " ".join([program, *arguments])
reads = any(word in line for word in ("--filename=-", "--password-stdin", "/dev/stdin"))
said = sys.stdin.read() if reads else None


def log(**more):
    with Path(os.environ["STUB_LOG"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"line": line, "stdin": said, "kubeconfig": os.environ.get("KUBECONFIG"), **more}) + "\n")


log()
for words, output, code in json.loads(os.environ["STUB_ANSWERS"]):
    if words in line:
        sys.stdout.write(output)
        sys.exit(code)
if "start-session" in line:
    port = int(re.search(r"localPortNumber=(\d+)", line)[1])
    # The CLI's child, which nobody tells that its parent is gone. It holds a lock as long as it lives.
    lives = "import fcntl, sys, time; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX); time.sleep(100)"
    subprocess.Popen([sys.executable, "-c", lives, os.environ["STUB_LOG"] + ".plugin"])
    listening = socket.create_server(("127.0.0.1", port))

    def end(*_):
        log(ended=True)
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    while True:
        listening.accept()[0].close()
if "create secret" in line:
    sys.stdout.write(f"secret with {said!r}\n")
elif "label --local" in line:
    sys.stdout.write(f"labelled {said}")
