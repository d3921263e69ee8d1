"""The client of the Realtime API, asynchronous; `gazewire.client.simple` is the blocking one."""
