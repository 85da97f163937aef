"""A zone's ways out on the kernel's own network stack: namespaces, the rules a NAT instance boots with, a local AWS.

What is under test comes from the caller: the boot script, the prober's module, the controller. The lab builds what AWS
builds around them: the router of the VPC, the internet gateway, a NAT gateway, partners outside.
"""
