"""Asks a Callwright server for a call, waits until it is over and prints what was said."""

import json
import os
import sys
import time
import urllib.request

SERVER = os.environ.get("CALLWRIGHT_URL", "http://localhost:3000")
KEY = os.environ.get("CALLWRIGHT_KEY")


def ask(path, body=None):
    request = urllib.request.Request(SERVER + path)
    if KEY:
        request.add_header("Authorization", f"Bearer {KEY}")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.read().decode()


to = sys.argv[1] if len(sys.argv) > 1 else "+15558675310"
parameters = {"customerName": "Sarah Johnson", "callReason": "Payment reminder", "amount": "$250.00"}
sid = json.loads(ask("/api/outbound-call", {"to": to, "customParameters": parameters}))["callSid"]
print(f"Calling {to}: {sid}")

while (call := json.loads(ask(f"/v1/calls/{sid}")))["state"] != "ended":
    time.sleep(0.5)
print(f"{call['status']}: {call['outcome']}")
print(ask(f"/v1/calls/{sid}/transcript?format=text"))
