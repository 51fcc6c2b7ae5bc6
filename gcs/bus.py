"""Telling many listeners, without ever waiting for a slow one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Subscription(Generic[T]):
    """A bounded queue of one listener: when it is full the oldest item goes, and `dropped` counts it."""

    def __init__(self, bound: int) -> None:
        self._queue: asyncio.Queue[T] = asyncio.Queue(bound)
        self.dropped = 0
        """Items this listener was too slow for."""

    def put(self, item: T) -> None:
        """Add an item, making room by dropping the oldest."""
        if self._queue.full():
            self._queue.get_nowait()
            self.dropped += 1
        self._queue.put_nowait(item)

    async def get(self) -> T:
        """The next item; waits for one."""
        return await self._queue.get()

    async def __aiter__(self) -> AsyncIterator[T]:
        while True:
            yield await self.get()


class Topic(Generic[T]):
    """A stream of items of one kind. Publish from the event loop's thread only."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription[T]] = set()

    def publish(self, item: T) -> None:
        """Hand `item` to every listener at once; never blocks."""
        for subscription in self._subscriptions:
            subscription.put(item)

    @contextmanager
    def subscribe(self, bound: int = 256) -> Iterator[Subscription[T]]:
        """Listen from now until the `with` block ends."""
        subscription: Subscription[T] = Subscription(bound)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
