"""What all of the client stands on: streams that stay alive, status, clocks, delivery."""
