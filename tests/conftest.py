"""What all tests share: Node for jsii, and one synthesized fleet a session."""

from stacks.node import use_packaged_node

use_packaged_node()
