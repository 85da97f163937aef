"""Forms that texts and numbers take in Kubernetes, as parts of JSON schemas, and the words for them.

Read from apimachinery's util/validation and core's validation (Kubernetes 1.35.4).
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

LABEL: Schema = {"pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63}
"""DNS label (RFC 1123)."""
SUBDOMAIN: Schema = {
    "pattern": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    "maxLength": 253,
}
"""DNS subdomain (RFC 1123)."""
QUALIFIED: Schema = {
    "pattern": (
        r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
        r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
    ),
    "maxLength": 317,
}
"""Key of a label or an annotation: an optional prefix, and a name of 63 characters at most."""
VALUE: Schema = {"pattern": r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$"}
"""Value of a label: 63 characters at most."""
LABELS: Schema = {"propertyNames": QUALIFIED, "additionalProperties": {"type": "string", **VALUE}}
PORT: Schema = {"minimum": 1, "maximum": 65535}
PORT_NAME: Schema = {"pattern": "^[a-z0-9]*[a-z][a-z0-9]*$|^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 15}
QUANTITY: Schema = {"pattern": r"^[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$"}
PERCENT: Schema = {"pattern": r"^\d+%$", "minimum": 0, "maximum": 2**31 - 1}
WHOLE: Schema = {"minimum": 0}
USER: Schema = {"minimum": 0, "maximum": 2**31 - 1}
"""Number of a user or a group."""
POSITIVE: Schema = {"minimum": 1}

_RESOURCE = r"cpu|memory|ephemeral-storage|hugepages-.+|[^/]+/[^/]+"
RESOURCES: Schema = {"propertyNames": {"pattern": f"^({_RESOURCE})$"}}
"""What a container may ask for: the standard resources, and qualified ones."""
COUNTED: Schema = {
    "propertyNames": {
        "pattern": (
            rf"^({_RESOURCE}|(requests|limits)\.(cpu|memory|ephemeral-storage|hugepages-.+)|requests\.storage|pods"
            r"|services|services\.(nodeports|loadbalancers)|replicationcontrollers|resourcequotas|secrets|configmaps"
            r"|persistentvolumeclaims|.+\.storageclass\.storage\.k8s\.io/.+)$"
        )
    }
}
"""What a quota may count."""
FIELD_PATH: Schema = {
    "pattern": (
        r"^(metadata\.(name|namespace|uid|labels|annotations|(labels|annotations)\['[^']+'\])"
        r"|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?))$"
    )
}
"""Fields of a pod that its containers may be told."""

WORDS: dict[str, str] = {
    LABEL["pattern"]: "is no DNS label; use lower case letters, digits and dashes",
    SUBDOMAIN["pattern"]: "is no DNS name; use lower case letters, digits, dashes and dots",
    QUALIFIED["pattern"]: (
        "is no qualified name; use at most 63 letters, digits, dashes, underscores and dots, after a DNS name and a "
        "slash if it has a prefix"
    ),
    VALUE["pattern"]: "is no value of a label; use at most 63 letters, digits, dashes, underscores and dots",
    PORT_NAME["pattern"]: "is no name of a port; use lower case letters, digits and single dashes, at least one letter",
    QUANTITY["pattern"]: "is no quantity; write one like 500m or 1Gi",
    PERCENT["pattern"]: "is no percentage; write one like 25%, or a number",
    RESOURCES["propertyNames"]["pattern"]: "is no resource of a container; use cpu, memory, or a qualified name",
    COUNTED["propertyNames"]["pattern"]: "is nothing that a quota counts; use a name like pods or requests.cpu",
    FIELD_PATH["pattern"]: "is no field that a container may be told; use one like metadata.name or status.podIP",
}
"""Pattern to why a text is refused, and what to do. Of other patterns the form itself is shown."""
