"""What integration tests are made of: programs, peers, footage and truth."""
