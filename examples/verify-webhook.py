"""Checks that a message comes from Callwright: give it the headers and the body as they arrived."""
import base64
import hashlib
import hmac
import json
import time

TOLERANCE_SECONDS = 300


def verify_webhook(secret, headers, body, now=None):
    """Gives the message; raises ValueError when it is not to be believed."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not message_id or not timestamp.isdigit():
        raise ValueError("headers are missing")
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_SECONDS:
        raise ValueError("the message is not of now")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.{body}".encode()
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    for signature in headers.get("webhook-signature", "").split(" "):
        version, _, given = signature.partition(",")
        if version == "v1" and hmac.compare_digest(given, expected):
            return json.loads(body)
    raise ValueError("the signature is not that of the secret")


if __name__ == "__main__":
    import sys

    # One message a line, as JSON with secret, headers and body.
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            message = verify_webhook(asked["secret"], asked["headers"], asked["body"], asked.get("now"))
            print(json.dumps({"message": message}))
        except ValueError as refused:
            print(json.dumps({"error": str(refused)}))
