"""Records of the demonstration over simple-salesforce, by every way to log in that it has but SOAP."""

import json
import os
import uuid
from urllib.parse import urlsplit, urlunsplit

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests.adapters import HTTPAdapter
from simple_salesforce import (
    Salesforce,
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

with open(os.environ["DEMO"], encoding="utf-8") as file:
    demo = json.load(file)
LOGIN = "admin"
PASSWORD, AGENT = demo["sign_ins"][LOGIN]["password"], demo["sign_ins"][LOGIN]["agent"]
VERSION = "60.0"


class Plain(HTTPAdapter):
    """The client speaks TLS only and adds `.salesforce.com`: what name service and a proxy do for it in life is done here."""

    def send(self, request, **more):
        _, _, path, query, _ = urlsplit(request.url)
        request.url = urlunsplit(("http", urlsplit(demo["url"]).netloc, path, query, ""))
        return super().send(request, **more)


def native(path, body, token=None):
    """The administrator's part, by the native API."""
    headers = {"idempotency-key": str(uuid.uuid4())}
    if token:
        headers["authorization"] = f"Bearer {token}"
    answer = requests.post(demo["api"] + path, json=body, headers=headers, timeout=20)
    assert answer.ok, f"{path}: {answer.status_code} {answer.text}"
    return answer.json()


def refused(error, code, work):
    try:
        work()
    except error as refusal:
        assert code in str(refusal), refusal
    else:
        raise AssertionError(f"{code} was expected")


def main() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    token = native("/sign-in", {"login": LOGIN, "password": PASSWORD})["token"]
    flows = ["client_credentials", "jwt_bearer", "password"]
    settings = {"name": "simple-salesforce", "flows": flows, "certificate": public, "run_as": AGENT, "agents": [AGENT]}
    app = native("/admin/connected-apps", settings, token)
    client = app["settings"]["client_id"]
    secret = native(f"/admin/connected-apps/{app['id']}/secret", {}, token)["secret"]

    def connect(**how):
        session = requests.Session()
        session.mount("https://", Plain())
        return Salesforce(session=session, version=VERSION, **how)

    # Logging in.
    sf = connect(consumer_key=client, consumer_secret=secret, domain="acme.my")
    by_jwt = connect(username=LOGIN, consumer_key=client, privatekey=pem)
    by_password = connect(username=LOGIN, password=PASSWORD, consumer_key=client, consumer_secret=secret)
    for one in (by_jwt, by_password, connect(instance_url=demo["url"], session_id=sf.session_id)):
        assert one.limits()["DailyApiRequests"]["Max"] > 0
    how = {"username": LOGIN, "consumer_key": client, "consumer_secret": secret}
    refused(SalesforceAuthenticationFailed, "invalid_grant", lambda: connect(password="not the password", **how))
    refused(SalesforceAuthenticationFailed, "INVALID_OPERATION", lambda: connect(username=LOGIN, password=PASSWORD, security_token="x"))
    refused(SalesforceExpiredSession, "INVALID_SESSION_ID", lambda: connect(instance_url=demo["url"], session_id="00D!none").limits())

    # What there is.
    names = {one["name"] for one in sf.describe()["sobjects"]}
    assert {"Account", "Contact", "Case", "LiveChatTranscript"} <= names, names
    email = next(field for field in sf.Contact.describe()["fields"] if field["name"] == "Email")
    assert email["type"] == "email" and email["length"] == 80
    assert sf.Contact.metadata()["objectDescribe"]["keyPrefix"] == "003"

    # Records one by one, and by a key.
    account = sf.Account.create({"Name": "Søylen & Sønner <AS>"})["id"]
    made = sf.Contact.create({"LastName": "Doe", "Email": "doe@example.com", "AccountId": account})
    assert made["success"] and made["errors"] == []
    contact = made["id"]
    assert sf.Contact.get(contact)["Name"] == "Doe"
    assert sf.Contact.update(contact, {"FirstName": "Jo", "Birthdate": "1815-12-10"}) == 204
    assert sf.Contact.get_by_custom_id("Email", "doe@example.com")["Name"] == "Jo Doe"
    assert sf.Contact.upsert("Email/ada@example.com", {"LastName": "Lovelace"}) == 201
    assert sf.Contact.upsert("Email/ada@example.com", {"FirstName": "Ada"}) == 200
    refused(SalesforceMalformedRequest, "REQUIRED_FIELD_MISSING", lambda: sf.Contact.create({"FirstName": "Jo"}))
    refused(SalesforceResourceNotFound, "NOT_FOUND", lambda: sf.Contact.get("003000000000001"))
    refused(SalesforceMalformedRequest, "MALFORMED_ID", lambda: sf.Contact.get("none"))

    # Queries and their pages.
    rows = [{"attributes": {"type": "Contact"}, "LastName": f"Row {n:03}", "AccountId": account} for n in range(400)]
    for at in (0, 200):
        told = sf.restful("composite/sobjects", method="POST", json={"records": rows[at : at + 200]})
        assert all(one["success"] for one in told), told
    soql = f"SELECT LastName, Account.Name FROM Contact WHERE AccountId = '{account}' AND LastName LIKE 'Row%' ORDER BY LastName"
    pages = {"headers": {"Sforce-Query-Options": "batchSize=200"}}
    first = sf.query(soql, **pages)
    assert (first["totalSize"], first["done"], len(first["records"])) == (400, False, 200)
    second = sf.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    assert second["done"] and second["records"][0]["LastName"] == "Row 200"
    assert [row["LastName"] for row in sf.query_all(soql, **pages)["records"]] == [f"Row {n:03}" for n in range(400)]
    assert sum(1 for _ in sf.query_all_iter(soql, **pages)) == 400
    assert first["records"][0]["Account"]["Name"] == "Søylen & Sønner <AS>"
    assert sf.query("SELECT COUNT() FROM Contact")["totalSize"] >= 402
    refused(SalesforceMalformedRequest, "INVALID_FIELD", lambda: sf.query("SELECT Nothing FROM Contact"))
    refused(SalesforceMalformedRequest, "MALFORMED_QUERY", lambda: sf.query("SELECT FROM"))

    # What is gone, and what is not offered.
    assert sf.Contact.delete(contact) == 204
    refused(SalesforceResourceNotFound, "", lambda: sf.Contact.get(contact))
    gone = sf.query_all(f"SELECT IsDeleted FROM Contact WHERE Id = '{contact}'", include_deleted=True)
    assert gone["records"][0]["IsDeleted"] is True
    refused(SalesforceRefusedRequest, "FUNCTIONALITY_NOT_ENABLED", lambda: sf.search("FIND {Ada}"))


main()
