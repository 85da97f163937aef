"""The hands: the command line and the operations. Reads the assembly, imports no CDK."""
