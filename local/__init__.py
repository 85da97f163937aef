"""An AWS on this machine: moto with the adapters it lacks, and the deployer that creates every stack in it."""
