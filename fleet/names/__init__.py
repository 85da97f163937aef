"""Every name that two rooms must agree on, as a pure function.

Constructs, manifests and operations compute the same name from the same noun; nobody asks AWS. What AWS mints
(ids, DNS names of load balancers) is published by its producer as an output whose id stands here too.

One module a noun; this package is what everybody imports.
"""

from __future__ import annotations

from fleet.names.accounts import *
from fleet.names.cells import *
from fleet.names.data import *
from fleet.names.dns import *
from fleet.names.egress import *
from fleet.names.kubernetes import *
from fleet.names.mesh import *
from fleet.names.outputs import *
from fleet.names.rollout import *
from fleet.names.services import *
from fleet.names.stacks import *
