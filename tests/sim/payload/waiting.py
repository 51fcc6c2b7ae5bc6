"""Waiting for one item of a subscription."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

T = TypeVar("T")


async def first(items: AsyncIterator[T], wanted: Callable[[T], Any] = lambda _: True, timeout_s: float = 10.0) -> T:
    async with asyncio.timeout(timeout_s):
        async for item in items:
            if wanted(item):
                return item
    raise AssertionError("the stream ended")
