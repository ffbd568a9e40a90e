"""A conversation with the demonstration's robot over genutility.salesforce.LiveAgentAsync, which also reconnects on the way."""

import asyncio
import json
import os
from urllib.parse import urlsplit

from genutility.salesforce import LiveAgentAsync


async def main() -> None:
    with open(os.environ["DEMO"], encoding="utf-8") as file:
        demo = json.load(file)
    address = urlsplit(demo["url"])
    agent = LiveAgentAsync(address.netloc, demo["organisation"], demo["deployment"], demo["button"], scheme=address.scheme)
    assert await agent.is_available()
    await agent.connect("Blip Blapperton")

    kinds, texts = [], []

    async def until(done) -> None:
        for _ in range(60):
            for message in await agent.receive():
                kinds.append(message["type"])
                if message["type"] == "ChatMessage":
                    texts.append(message["message"]["text"])
            if done():
                return
        raise AssertionError(f"not done after {kinds}")

    await until(lambda: "ChatEstablished" in kinds)
    await agent.send("Hello")
    await until(lambda: texts == ["Hello"])
    # As after a 503: a new routing token, numbers begin anew.
    await agent.reconnect()
    await agent.send("again")
    await until(lambda: "again" in texts)
    assert texts.count("Hello") == 1, texts
    await agent.close()


asyncio.run(main())
