"""The events of ../analytics-node/events.json over segment-analytics-python, unmodified, packed and not: each is stored as it is written there."""

import json
import os
import uuid

import requests
from segment.analytics.client import Client

with open(os.environ["DEMO"], encoding="utf-8") as file:
    demo = json.load(file)
with open(os.path.join(os.path.dirname(__file__), "../analytics-node/events.json"), encoding="utf-8") as file:
    events = json.load(file)


def native(method, path, token=None, body=None):
    headers = {"idempotency-key": str(uuid.uuid4())}
    if token:
        headers["authorization"] = f"Bearer {token}"
    answer = requests.request(method, demo["api"] + path, json=body, headers=headers, timeout=20)
    assert answer.ok, f"{path}: {answer.status_code} {answer.text}"
    return answer.json()


def comparable(event):
    """The same for every client: a page's category stands in its properties, too, where a client puts it there."""
    more = event.get("more") or {}
    properties = {name: value for name, value in (event.get("properties") or {}).items() if name != "category"}
    names = ("kind", "name", "user_key", "device_key", "group_key")
    return {name: event.get(name) for name in names} | {
        "previous_key": event.get("previous_key") or more.get("previous_key"),
        "category": event.get("category") or more.get("category"),
        "traits": event.get("traits") or {},
        "properties": properties,
    }


def send(client, event):
    user, device = event.get("user_key"), event.get("device_key")
    name, category = event.get("name"), event.get("category")
    kind = event["kind"]
    if kind == "identify":
        client.identify(user, event["traits"])
    elif kind == "group":
        client.group(user, event["group_key"], event["traits"])
    elif kind == "track":
        client.track(user, name, event["properties"], anonymous_id=device)
    elif kind == "page":
        client.page(user, category, name, event["properties"])
    elif kind == "screen":
        client.screen(user, category, name, event["properties"])
    else:
        client.alias(event["previous_key"], user)


def main() -> None:
    token = native("POST", "/sign-in", body={"login": "admin", "password": demo["sign_ins"]["admin"]["password"]})["token"]
    for packed in (False, True):
        name = f"segment-analytics-python {'packed' if packed else 'plain'}"
        source = native("POST", "/admin/event-sources", token, {"name": name})
        key = native("POST", f"/admin/event-sources/{source['id']}/keys", token, {"note": ""})["key"]
        failures = []
        client = Client(key, host=demo["url"], gzip=packed, on_error=lambda error, items: failures.append(error), max_retries=2)
        for event in events:
            send(client, event)
        client.shutdown()
        assert not failures, failures
        stored = []
        for one in reversed(native("GET", f"/admin/events?source={source['id']}&limit=100", token)["items"]):
            assert (one["verdict"], one["reasons"]) == ("accepted", []), one
            stored.append(comparable(native("GET", f"/admin/events/{one['position']}?clear=true", token)))
        assert stored == [comparable(event) for event in events], stored

    # What is refused is told with a code and a sentence, which this client reads.
    failures = []
    client = Client("nobody", host=demo["url"], on_error=lambda error, items: failures.append(error), max_retries=1)
    client.track("u", "x")
    client.shutdown()
    assert failures and "invalid_write_key" in str(failures[0]), failures


main()
