"""What a NAT instance is given to run. These files travel in its user data and run on Amazon Linux's own Python 3.9."""
