"""The other end of a client's connections, on loopback: well-behaved, and not."""
