"""Has an assistant call a number by `POST /v1/calls` with an API key, and prints each event as it happens."""

import json
import os
import sys
import urllib.request
import uuid

SERVER = os.environ.get("CALLWRIGHT_URL", "http://localhost:3000")
# One that `POST /v1/api-keys` gave, with the scopes calls:read and calls:write.
KEY = os.environ.get("CALLWRIGHT_KEY")


def ask(path, body=None):
    request = urllib.request.Request(SERVER + path)
    if KEY:
        request.add_header("Authorization", f"Bearer {KEY}")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
        # Sent again after a lost connection, it would still be one call.
        request.add_header("Idempotency-Key", str(uuid.uuid4()))
    return urllib.request.urlopen(request, timeout=60)


call = json.load(
    ask(
        "/v1/calls",
        {
            "to": sys.argv[1] if len(sys.argv) > 1 else "+15558675310",
            "variables": {"customerName": "Sarah Johnson", "amount": "$250.00"},
            "welcome_message": "Hello {{customerName}}, this is an automated call about your payment of {{amount}}.",
            "metadata": {"order": 4711},
        },
    )
)
print(f"{call['to']}: {call['status']}")

# The stream of a call ends with the call.
with ask(f"/v1/calls/{call['id']}/live") as events:
    for line in events:
        if line.startswith(b"data: "):
            event = json.loads(line[len(b"data: ") :])
            print(event["type"], event["data"].get("heard_text") or event["data"].get("outcome") or "")
