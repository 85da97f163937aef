"""The local AWS as a server on 127.0.0.1, for looking around with the AWS CLI, boto3 or the CDK CLI.

`python -m local.server PORT READY`: the port (0: a free one), and the file descriptor that gets one line when it
answers: `ready PORT`, or `taken PORT`. The server ends with SIGTERM.

The account is the access key: `AWS_ACCESS_KEY_ID=333333333331` acts in account 333333333331. Nothing is secret here, and
nobody checks signatures.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
from typing import Any

from local import aws

HOST = "127.0.0.1"
_ACCESS_KEY = re.compile(r"Credential=(\d{12})/")


class AccountByAccessKey:
    """WSGI: name the account of a request by its access key, as moto's header does."""

    def __init__(self, application: Any) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        found = _ACCESS_KEY.search(environ.get("HTTP_AUTHORIZATION", ""))
        if found:
            environ.setdefault("HTTP_X_MOTO_ACCOUNT_ID", found.group(1))
        return self._application(environ, start_response)


def serve(port: int, ready: int) -> int:
    """Serve until SIGTERM. Exit code 0, or 3 when the port is taken."""
    from werkzeug.serving import make_server

    with aws.standing():
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app

        class Quiet(MotoRequestHandler):
            """One line a request would fill the log with our own deployment."""

            def log_request(self, *_: Any) -> None:
                """Say nothing."""

        application = AccountByAccessKey(DomainDispatcherApplication(create_backend_app))
        try:
            server = make_server(HOST, port, application, threaded=True, request_handler=Quiet)
        except (OSError, SystemExit) as error:
            # werkzeug prints its own advice and exits; what we say is in the line below.
            if isinstance(error, OSError) and error.errno != errno.EADDRINUSE:
                raise
            _say(ready, f"taken {port}")
            return 3
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        # Ctrl-C belongs to whoever started us; we have a session of our own.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _say(ready, f"ready {server.server_port}")
        try:
            server.serve_forever()
        finally:
            server.server_close()
    return 0


def _say(ready: int, line: str) -> None:
    os.write(ready, f"{line}\n".encode())
    os.close(ready)


if __name__ == "__main__":
    raise SystemExit(serve(int(sys.argv[1]), int(sys.argv[2])))
