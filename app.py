"""Fleet file -> CloudFormation and manifests: what `cdk synth` and `make synth` run.

.venv/bin/python app.py [-c blueprint=FOLDER] [-c region=use1] [-c cell=use1-a] [-c peering=pending] [-c dist=FOLDER]
                        [-c only=manifests]
"""

from stacks.node import use_packaged_node

use_packaged_node()

from stacks.synthesis import main  # noqa: E402  (Node must be chosen before the first import of aws_cdk)

if __name__ == "__main__":
    raise SystemExit(main())
