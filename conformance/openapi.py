"""Answers of the sandbox against the schemas of the acquirer's published document.

The document is not ours and not kept here: YOOKASSA_OPENAPI names a copy. Without it nothing is checked.
"""

import os
import sys
import uuid
from pathlib import Path

PATH = os.environ.get("YOOKASSA_OPENAPI", "")
if not PATH or not Path(PATH).is_file():
    print("openapi: SKIPPED, NOTHING WAS CHECKED: YOOKASSA_OPENAPI names no file")
    sys.exit(0)

import requests
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from common import KEY, SHOP, TIMEOUT, URL, WEBHOOK, Checks, Receiver, control, order

PREFIX = "#/components/schemas/"


def variants(document):
    """Which values of a discriminator belong to which schema, from all the mappings of the document."""
    names = {}
    for schema in document["components"]["schemas"].values():
        for value, target in schema.get("discriminator", {}).get("mapping", {}).items():
            names.setdefault(target, set()).add(value)
    return names


def translate(node, names):
    """OpenAPI 3.0 into JSON Schema: `nullable`, and one variant chosen by its discriminator."""
    if isinstance(node, list):
        return [translate(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: translate(value, names) for key, value in node.items()}
    if node.pop("nullable", False) and "type" in node:
        node["type"] = [node["type"], "null"]
    if "oneOf" in node and "discriminator" in node:
        field = node.pop("discriminator")["propertyName"]
        node["oneOf"] = [
            {
                "allOf": [variant],
                "required": [field],
                "properties": {field: {"enum": sorted(names.get(variant.get("$ref"), ()))}},
            }
            for variant in node["oneOf"]
        ]
    return node


def load():
    document = yaml.safe_load(Path(PATH).read_text(encoding="utf-8"))
    return translate(document, variants(document))


DOCUMENT = load()
REGISTRY = Registry().with_resource("urn:document", DRAFT202012.create_resource(DOCUMENT))


def valid(value, name):
    """Checks a value, and that no field of its first level is unknown to the document."""
    schema = {"$ref": f"urn:document{PREFIX}{name}"}
    validator = Draft202012Validator(
        schema, registry=REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    errors = [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(value)]
    assert not errors, "\n".join(errors)
    known = DOCUMENT["components"]["schemas"][name].get("properties")
    strange = set(value) - set(known) if known else set()
    assert not strange, f"unknown fields: {strange}"


def call(method, path, status=200, body=None, auth=(SHOP, KEY), **kwargs):
    headers = {"Idempotence-Key": str(uuid.uuid4())}
    answer = requests.request(
        method, f"{URL}/v3{path}", json=body, auth=auth, headers=headers, timeout=TIMEOUT, **kwargs
    )
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    return answer.json()


def create(**changes):
    return call("POST", "/payments", body=order(**changes))


def payer(payment_id, card):
    """Pays on the payer's page."""
    form = {"number": card, "expiry": "12/40", "code": "123"}
    answer = requests.post(f"{URL}/pay/{payment_id}", data=form, allow_redirects=False, timeout=TIMEOUT)
    assert answer.status_code == 303, answer.status_code


def created():
    receipt = {
        "customer": {"phone": "79000000000"},
        "items": [
            {
                "description": "Аванс",
                "quantity": 1,
                "amount": {"value": "500.00", "currency": "RUB"},
                "vat_code": 12,
            }
        ],
    }
    valid(create(), "Payment")
    valid(create(payment_method_data={"type": "bank_card"}, receipt=receipt), "Payment")
    valid(create(confirmation={"type": "embedded"}, merchant_customer_id="7"), "Payment")
    valid(create(confirmation={"type": "qr"}, payment_method_data={"type": "sbp"}), "Payment")


def paid():
    payment = create()
    payer(payment["id"], "5555 5555 5555 4444")
    found = call("GET", f"/payments/{payment['id']}")
    assert found["status"] == "succeeded"
    valid(found, "Payment")
    for kind in ("sbp", "yoo_money"):
        payment = create(payment_method_data={"type": kind})
        valid(control(f"payments/{payment['id']}/complete"), "Payment")


def receipts():
    item = {
        "description": "Аванс",
        "quantity": 1,
        "amount": {"value": "500.00", "currency": "RUB"},
        "vat_code": 12,
        "payment_mode": "advance",
        "payment_subject": "payment",
    }
    customer = {"email": "a@example.com"}
    payment = create(receipt={"customer": customer, "items": [item]})
    payer(payment["id"], "5555 5555 5555 4444")
    body = {
        "type": "payment",
        "payment_id": payment["id"],
        "customer": customer,
        "items": [item],
        "send": True,
        "settlements": [{"type": "cashless", "amount": item["amount"]}],
    }
    valid(body, "PostReceiptData")
    valid(call("POST", "/receipts", body=body), "Receipt")
    control("clock", {"advance_seconds": 6})
    found = call("GET", f"/receipts?payment_id={payment['id']}")["items"]
    assert len(found) == 2 and all(receipt["status"] == "succeeded" for receipt in found)
    for receipt in found:
        valid(call("GET", f"/receipts/{receipt['id']}"), "Receipt")
    valid(call("POST", "/receipts", 400, body={**body, "send": False}), "BadRequest")
    valid(call("GET", f"/receipts/rt-{uuid.uuid4()}", 404), "NotFound")


def refunds():
    payment = create()
    payer(payment["id"], "5555 5555 5555 4444")
    part = {"value": "200.00", "currency": "RUB"}
    item = {"description": "Аванс", "quantity": 1, "amount": part, "vat_code": 12}
    body = {
        "payment_id": payment["id"],
        "amount": part,
        "description": "Возврат остатка",
        "receipt": {"customer": {"email": "a@example.com"}, "items": [item]},
    }
    made = call("POST", "/refunds", body=body)
    valid(made, "Refund")
    valid(call("GET", f"/payments/{payment['id']}"), "Payment")
    valid(call("GET", f"/refunds/{made['id']}"), "Refund")
    valid(call("GET", f"/refunds?payment_id={payment['id']}"), "RefundList")
    control("clock", {"advance_seconds": 6})
    receipt = call("GET", f"/receipts?refund_id={made['id']}")["items"][0]
    valid(receipt, "Receipt")
    own = {
        "type": "refund",
        "refund_id": made["id"],
        "customer": {"email": "a@example.com"},
        "items": [item],
        "send": True,
        "settlements": [{"type": "cashless", "amount": part}],
    }
    valid(own, "PostReceiptData")
    valid(call("POST", "/receipts", body=own), "Receipt")
    valid(call("POST", "/refunds", 400, body={**body, "amount": {"value": "300.01", "currency": "RUB"}}), "BadRequest")
    valid(call("GET", f"/refunds/{uuid.uuid4()}", 404), "NotFound")
    for kind in ("sbp", "yoo_money"):
        other = create(payment_method_data={"type": kind})
        control(f"payments/{other['id']}/complete")
        valid(call("POST", "/refunds", body={"payment_id": other["id"], "amount": part}), "Refund")


def refused():
    payment = create()
    payer(payment["id"], "5555 5555 5555 4600")
    valid(call("GET", f"/payments/{payment['id']}"), "Payment")


def held():
    first, second = (create(capture=False)["id"] for _ in range(2))
    for payment_id in (first, second):
        valid(control(f"payments/{payment_id}/complete"), "Payment")
    valid(call("POST", f"/payments/{first}/capture", body={}), "Payment")
    valid(call("POST", f"/payments/{second}/cancel"), "Payment")


def listing():
    create()
    create()
    page = call("GET", "/payments?limit=1")
    assert page["next_cursor"]
    valid(page, "PaymentList")
    for item in call("GET", "/payments?limit=100")["items"]:
        valid(item, "Payment")


def errors():
    valid(call("POST", "/payments", 400, body={}), "BadRequest")
    valid(call("GET", "/payments", 401, auth=(SHOP, "wrong")), "InvalidCredentials")
    card = {"type": "bank_card", "card": {"number": "5555555555554444"}}
    valid(call("POST", "/payments", 403, body=order(payment_method_data=card)), "Forbidden")
    valid(call("GET", f"/payments/{uuid.uuid4()}", 404), "NotFound")
    fault = {"kind": "too_many_requests", "retry_after_ms": 100}
    control("faults", {"endpoint": "get", "fault": fault, "times": 1})
    valid(call("GET", f"/payments/{uuid.uuid4()}", 429), "TooManyRequests")


def webhook():
    receiver = Receiver(WEBHOOK)
    try:
        payment = create()
        payer(payment["id"], "5555 5555 5555 4444")
        body = receiver.about(payment["id"])
    finally:
        receiver.close()
    assert set(body) == {"type", "event", "object"} and body["type"] == "notification"
    valid(body["object"], "Payment")
    events = DOCUMENT["components"]["schemas"]["NotificationEventType"]["enum"]
    assert body["event"] in events, body["event"]


def main():
    control("reset")
    checks = Checks("openapi")
    checks.run("new payments", created)
    checks.run("paid payments", paid)
    checks.run("receipts", receipts)
    checks.run("refunds", refunds)
    checks.run("refused payments", refused)
    checks.run("held, captured, cancelled", held)
    checks.run("lists", listing)
    checks.run("errors", errors)
    if WEBHOOK:
        checks.run("webhook", webhook)
    else:
        print("openapi: SKIPPED webhook: SANDBOX_WEBHOOK is not set")
    checks.close()


if __name__ == "__main__":
    main()
