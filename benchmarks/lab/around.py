"""What AWS has around a NAT instance, as rules of nftables: the NAT gateway, the internet gateway, a partner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network

GATEWAY_IDLE = 350
"""Seconds after which a NAT gateway forgets an idle connection; it answers what comes later with a reset."""


def nat_gateway(block: IPv4Network) -> str:
    """Masquerading with a reset for what it no longer knows. The idle time is a kernel setting, `GATEWAY_SETTINGS`."""
    return f"""
table ip nat_gateway
delete table ip nat_gateway
table ip nat_gateway {{
    chain forward {{
        type filter hook forward priority filter; policy drop;
        ct state invalid meta l4proto tcp reject with tcp reset
        ct state invalid drop
        ct state established,related accept
        ip saddr {block} ct state new accept
    }}
    chain postrouting {{
        type nat hook postrouting priority srcnat; policy accept;
        oifname "eth0" ip saddr {block} masquerade fully-random
    }}
}}
"""


GATEWAY_SETTINGS = {
    "net.ipv4.ip_forward": "1",
    "net.ipv4.conf.all.send_redirects": "0",
    "net.ipv4.conf.eth0.send_redirects": "0",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.eth0.rp_filter": "0",
    "net.netfilter.nf_conntrack_tcp_loose": "0",
    "net.netfilter.nf_conntrack_tcp_timeout_established": str(GATEWAY_IDLE),
}


def internet_gateway(public: Mapping[str, str]) -> str:
    """One private address for one public one, packet by packet: it keeps no connections. What has none is dropped.

    Args:
        public: public address by private address.
    """
    outward = ", ".join(f"{private} : {address}" for private, address in public.items())
    inward = ", ".join(f"{address} : {private}" for private, address in public.items())
    return f"""
table ip internet_gateway {{
    counter unmapped {{ }}
    map outward {{ type ipv4_addr : ipv4_addr; elements = {{ {outward} }}; }}
    map inward {{ type ipv4_addr : ipv4_addr; elements = {{ {inward} }}; }}
    chain arriving {{
        type filter hook prerouting priority raw; policy accept;
        notrack
        iifname "outside" ip daddr set ip daddr map @inward
    }}
    chain forward {{
        type filter hook forward priority filter; policy drop;
        iifname "outside" oifname "vpc" accept
        iifname "vpc" oifname "outside" ip saddr set ip saddr map @outward accept
        counter name unmapped
    }}
}}
"""


CONNECTED = """
table ip cut_off
delete table ip cut_off
"""
CUT_OFF = f"""{CONNECTED}
table ip cut_off {{
    chain forward {{
        type filter hook forward priority -10; policy drop;
    }}
}}
"""


def partner(port: int, allowed: Iterable[IPv4Network]) -> str:
    """A stateful firewall before one port: known addresses open connections, strays get no answer at all."""
    addresses = ", ".join(map(str, allowed))
    return f"""
table ip partner
delete table ip partner
table ip partner {{
    chain input {{
        type filter hook input priority filter; policy accept;
        tcp dport != {port} accept
        ct state established accept
        ct state new ip saddr {{ {addresses} }} accept
        drop
    }}
}}
"""


def plain_masquerade() -> str:
    """The least that a NAT needs: what throughput is compared with."""
    return """
table ip plain
delete table ip plain
table ip plain {
    chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        oifname "eth0" masquerade
    }
}
"""
