"""What machines ask: is the process alive, may it be sent requests, and its figures."""
