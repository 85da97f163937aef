#!/bin/bash
# First boot of a NAT instance. Either it forwards and says so (CONTINUE), or the group takes it away (ABANDON).
# It may change nothing in EC2: address, static interface and source check were there before it.
set -Eeuo pipefail

REGION=@REGION@
GROUP=@GROUP@
HOOK=@HOOK@
INTERFACE=@INTERFACE@
ADDRESSES="@ADDRESSES@"

TOKEN=$(curl -sf --retry 5 --max-time 2 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 600' \
  http://169.254.169.254/latest/api/token)
metadata() {
  curl -sf --retry 3 --max-time 2 -H "X-aws-ec2-metadata-token: $TOKEN" "http://169.254.169.254/latest/meta-data/$1"
}
INSTANCE=$(metadata instance-id)

finish() {
  # The hook opens a moment after the instance boots; without an answer it closes by itself, as ABANDON.
  for _ in $(seq 10); do
    aws autoscaling complete-lifecycle-action --region "$REGION" --auto-scaling-group-name "$GROUP" \
      --lifecycle-hook-name "$HOOK" --instance-id "$INSTANCE" --lifecycle-action-result "$1" && return 0
    sleep 5
  done
  return 1
}
trap 'trap - ERR; finish ABANDON || true; exit 1' ERR

# The package cache is sometimes busy or empty while an instance boots; a NAT that gave up there would stay unconfigured.
for attempt in $(seq 30); do
  dnf -q -y install nftables && break
  [ "$attempt" -lt 30 ]
  sleep 5
done

NIC=$(ip -j route get 169.254.169.254 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["dev"])')

mkdir -p /etc/nftables
cat > /etc/nftables/egress.nft <<'RULESET'
@RULESET@
RULESET
# Each public address has a private one here. Several are dealt out by a hash over the flow, so that each brings as many
# source ports to a destination as the first.
MAC=$(metadata mac)
PRIVATE=$(metadata "network/interfaces/macs/$MAC/local-ipv4s")
SOURCE=$(python3 -c 'import sys; one = sys.argv[1:]; map = ", ".join(f"{n} : {a}" for n, a in enumerate(one)); print("masquerade fully-random" if len(one) == 1 else f"snat to jhash ip saddr . ip daddr . th sport mod {len(one)} map {{ {map} }} fully-random")' $PRIVATE)
sed -i -e "s/@NIC@/$NIC/" -e "s/@SOURCE@/$SOURCE/" /etc/nftables/egress.nft
echo 'include "/etc/nftables/egress.nft"' > /etc/sysconfig/nftables.conf

# One tracked connection for 4 KB of memory: a million on 4 GB, and a twelfth of the memory when all are taken.
CONNECTIONS=$(awk '/^MemTotal/ { print int($2 / 4) }' /proc/meminfo)
echo nf_conntrack > /etc/modules-load.d/egress.conf
echo "options nf_conntrack hashsize=$((CONNECTIONS / 4))" > /etc/modprobe.d/egress.conf
modprobe nf_conntrack
echo $((CONNECTIONS / 4)) > /sys/module/nf_conntrack/parameters/hashsize

# Idle connections: the gateway forgets after 350 s, this kernel after 900 s, the interface after 1800 s. The kernel is
# the one that answers a forgotten connection with a reset, so it must be the one that forgets first.
cat > /etc/sysctl.d/90-egress.conf <<SYSCTL
net.ipv4.ip_forward = 1
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.$NIC.send_redirects = 0
net.ipv4.conf.all.rp_filter = 0
net.ipv4.conf.$NIC.rp_filter = 0
net.netfilter.nf_conntrack_max = $CONNECTIONS
net.netfilter.nf_conntrack_tcp_loose = 0
net.netfilter.nf_conntrack_tcp_timeout_established = 900
SYSCTL

nft -f /etc/nftables/egress.nft
systemctl -q enable nftables
sysctl -q -p /etc/sysctl.d/90-egress.conf

# The self-test: rules, forwarding, and that this is the interface and these the addresses that partners know.
nft list chain ip nat_egress postrouting | grep 'fully-random' > /dev/null
[ "$(sysctl -n net.ipv4.ip_forward)" = 1 ]
# sysctl ends well although the kernel refused a value.
[ "$(sysctl -n net.netfilter.nf_conntrack_tcp_loose)" = 0 ]
[ "$(sysctl -n net.netfilter.nf_conntrack_max)" = "$CONNECTIONS" ]
[ "$(metadata "network/interfaces/macs/$MAC/interface-id")" = "$INTERFACE" ]
[ "$(metadata "network/interfaces/macs/$MAC/public-ipv4s" | sort)" = "$(printf '%s\n' $ADDRESSES | sort)" ]

cat > /usr/local/lib/nat_metrics.py <<'METRICS'
@METRICS@
METRICS
cat > /etc/systemd/system/nat-metrics.service <<UNIT
[Service]
Type=oneshot
Nice=10
TimeoutStartSec=9
ExecStart=/usr/bin/python3 /usr/local/lib/nat_metrics.py $NIC $REGION @NAMESPACE@ @ZONE@
UNIT
cat > /etc/systemd/system/nat-metrics.timer <<'UNIT'
[Timer]
OnActiveSec=0
OnUnitActiveSec=10
AccuracySec=1
[Install]
WantedBy=timers.target
UNIT
systemctl -q enable --now nat-metrics.timer

finish CONTINUE
