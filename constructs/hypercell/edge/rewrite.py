"""What happens to a request before the cache: `viewer_request.js`, with the settings of its host family."""

from __future__ import annotations

import json
from pathlib import Path

from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from fleet import names
from fleet.edge import Host
from fleet.model import Fleet

_SOURCE = Path(__file__).with_name("viewer_request.js")


def needed(host: Host) -> bool:
    """Whether a family has anything to rewrite: calls of programs go through untouched."""
    return host.origin == "bucket" or host.cache == "pages"


def source(host: Host) -> str:
    """The function's code for a host family, at most 10 KB."""
    pages = host.cache == "pages"
    # Who asks for every name below the domain does not want them all to be one.
    canonical = pages and not any(name.startswith("*") for name in host.names)
    settings = {
        "canonicalHost": host.names[0] if canonical else None,
        "language": pages and host.origin == "cells",
        "slash": pages and host.origin == "cells",
        "index": host.origin == "bucket",
    }
    return f"const SETTINGS = {json.dumps(settings)};\n{_SOURCE.read_text()}"


class ViewerRequest(Construct):
    """The CloudFront Function of a host family.

    Attributes:
        arn: of its live version.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, host: Host) -> None:
        super().__init__(scope, id)
        function = cloudfront.CfnFunction(
            self,
            "Resource",
            name=names.edge_function(host, fleet),
            auto_publish=True,
            function_code=source(host),
            function_config=cloudfront.CfnFunction.FunctionConfigProperty(
                comment=f"URLs of {host.names[0]}", runtime="cloudfront-js-2.0"
            ),
        )
        self.arn = function.attr_function_arn
