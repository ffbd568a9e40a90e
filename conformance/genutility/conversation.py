"""A conversation with the demonstration's robot over genutility.salesforce.LiveAgent."""

import json
import os
from urllib.parse import urlsplit

from genutility.salesforce import LiveAgent


def main() -> None:
    with open(os.environ["DEMO"], encoding="utf-8") as file:
        demo = json.load(file)
    address = urlsplit(demo["url"])
    agent = LiveAgent(address.netloc, demo["organisation"], demo["deployment"], demo["button"], scheme=address.scheme)
    assert agent.is_available()
    agent.connect("Blip Blapperton", slots={"Email": "blip@example.org", "Order": "4711"})

    kinds, texts = [], []

    def until(done) -> None:
        for _ in range(60):
            for message in agent.receive():
                kinds.append(message["type"])
                if message["type"] == "ChatMessage":
                    texts.append(message["message"]["text"])
            if done():
                return
        raise AssertionError(f"not done after {kinds}")

    until(lambda: "ChatEstablished" in kinds)
    assert kinds[0] == "ChatRequestSuccess", kinds
    for text in ["Hello", "schöne Grüße 👋", "third"]:
        assert agent.send(text) == b"OK"
    until(lambda: len(texts) == 3)
    assert texts == ["Hello", "schöne Grüße 👋", "third"], texts
    assert agent.rest_chasitor_sneak_peek(agent.key, agent.affinity_token, 1, "Hel") == b"OK"
    assert agent.close() == b"OK"


main()
