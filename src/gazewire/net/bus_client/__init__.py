"""What connects to a bus: publishers, reliable senders, subscribers.

    async with (
        BusSubscriber(bus.sub_url, ["gaze."]) as subscriber,
        BusPublisher(bus.pub_url) as publisher,
    ):
        publisher.publish(Message.from_struct("gaze.2d.0.", gaze))
        async for message in subscriber:
            ...

Entered means connected: what is published from then on arrives. Subscribers have a twin for
programs without an event loop; publishers and senders never wait for it, and serve both.
"""

from gazewire.net.bus_client.blocking import BlockingBusSubscriber
from gazewire.net.bus_client.publisher import BusPublisher
from gazewire.net.bus_client.pusher import BusPusher
from gazewire.net.bus_client.subscriber import BusSubscriber

__all__ = ["BlockingBusSubscriber", "BusPublisher", "BusPusher", "BusSubscriber"]
