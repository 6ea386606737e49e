"""Asks people before an AI agent acts, by Countersign. One file, standard library only, Python 3.9 or later.

    from countersign import Client

    countersign = Client("https://countersign.example.com", auth=KEY)
    approved = countersign.require_approval({"tool": "payments.refund", "arguments": {"order": 1042}}, agent="refund-agent")

It returns with a redeemed receipt whose signature, issuer, audience, digest, time and approval were checked, or it
raises Denied, Expired, Withdrawn, Unreached, Refused or Unavailable. There is no other way out.
"""

import base64
import decimal
import functools
import hashlib
import http.client
import json
import math
import random
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any, Callable, Dict, NamedTuple, Optional

_FIRST_PAUSE, _MAX_PAUSE = 0.2, 5.0
_MIN_POLL = 1.0
_OVERDUE = 60.0
_MAX_DEPTH = 200
_STATUSES = ("pending", "approved", "denied", "expired", "withdrawn")


class CountersignError(Exception):
    """What all of them are."""


class _NotApproved(CountersignError):
    """It is closed, or reaches nobody, and nobody said yes. `approval`: as it stood then."""

    def __init__(self, message: str, approval: Dict[str, Any]):
        super().__init__(message)
        self.approval = approval


class Denied(_NotApproved):
    """A person said no, or the policy did."""

    @property
    def note(self) -> Optional[str]:
        """What whoever denied it wrote to the agent."""
        votes = [vote for vote in self.approval["decisions"] if vote["verdict"] == "deny"]
        return votes[-1]["note"] if votes else None


class Expired(_NotApproved):
    """Nobody answered in time. Nobody said no either."""


class Withdrawn(_NotApproved):
    """The question was taken back, or the yes was before it ran."""


class Unreached(_NotApproved):
    """The card arrives nowhere: nobody can answer. `approval["unreached_reasons"]` says why."""


class Refused(CountersignError):
    """The server refuses what was asked of it. `code` is stable: switch on it."""

    def __init__(self, problem: Dict[str, Any], retry_after: float = 0.0):
        super().__init__(problem["detail"])
        self.problem = problem
        self.code: str = problem["code"]
        self.status: int = problem["status"]
        self.retry_after = retry_after


class Unavailable(CountersignError):
    """There is no answer that can be trusted."""


class InvalidReceipt(CountersignError):
    """What was shown as a receipt proves nothing, or something else."""


class Approved(NamedTuple):
    receipt: str
    claims: Dict[str, Any]
    approval: Dict[str, Any]
    action: Dict[str, Any]


class Client:
    """`issuer`: PUBLIC_URL of the server, where that is not `url`. `timeout`: seconds for an answer, beside what the
    server is asked to wait, which is `wait`, 60 at most. `patience`: so many seconds of nothing but failures are put
    up with."""

    def __init__(
        self,
        url: str,
        auth: Optional[str] = None,
        *,
        issuer: Optional[str] = None,
        timeout: float = 30,
        wait: float = 60,
        patience: float = 300,
    ):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/") or parts.query:
            raise TypeError("url: must be the address of the server alone, such as https://countersign.example.com")
        if auth is not None and not re.fullmatch(r"[\x21-\x7e]+", auth):
            raise TypeError("auth: must be the key alone, without blanks; it begins with csk_")
        self.url = f"{parts.scheme}://{parts.netloc}"
        self.issuer = (issuer or self.url).rstrip("/")
        self._auth, self._timeout, self._wait, self._patience = auth, timeout, wait, patience
        self._keys: Dict[str, bytes] = {}
        self._runs: Dict[str, float] = {}
        self._opener = urllib.request.build_opener(_NoRedirect)

    def call(
        self, method: str, path: str, body: Any = None, *, key: Optional[str] = None, timeout: Optional[float] = None
    ) -> Any:
        """One operation of the API, tried once; returns the JSON of a 2xx answer. `key`: the Idempotency-Key."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self._auth is not None:
            headers["Authorization"] = f"Bearer {self._auth}"
        if key is not None:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        status, head, text = self._receive(request, self._timeout if timeout is None else timeout)
        answered = _parsed(text)
        if 200 <= status < 300:
            if answered is None and text:
                raise Unavailable(f"The answer to {method} {path} is no JSON")
            return answered
        problem = answered if isinstance(answered, dict) else {}
        is_problem = head.get_content_type() == "application/problem+json"
        if is_problem and isinstance(problem.get("code"), str) and isinstance(problem.get("detail"), str):
            after = head.get("Retry-After", "")
            raise Refused({**problem, "status": status}, float(after) if after.isdigit() else 0.0)
        raise Unavailable(f"{self.url} answered {status}, which is not Countersign's way")

    def require_approval(
        self,
        action: Dict[str, Any],
        *,
        agent: Any,
        idempotency_key: Optional[str] = None,
        on_pending: Optional[Callable[[Dict[str, Any]], Any]] = None,
        **request: Any,
    ) -> Approved:
        """Asks, waits as long as it takes, and redeems. `agent`: its id, or {"id": …, "name": …}. `idempotency_key`
        names what is about to be done: who asks again under it has the same approval. `request`: `reasons`, `risk`,
        `requested_by`, `expires_in_seconds`, `metadata`. `on_pending` is called once, when people are asked."""
        asked = _Asked(action, agent, idempotency_key, request)
        first = self._patiently(
            lambda: asked.approval_in(self.call("POST", "/v1/approvals", asked.body, key=asked.key))
        )
        if first.get("receipt") is not None:
            return self._approved(first["receipt"], first, asked)
        approval = self._closed(first, asked, on_pending)
        if approval["status"] != "approved":
            raise _why_not(approval)
        receipt, approval = self._redeemed(approval, asked)
        return self._approved(receipt, approval, asked)

    def guard(self, tool: str, *, environment: Optional[str] = None, summary: Optional[str] = None, **options: Any):
        """Decorates a function `run(approved, **arguments)`, which is then called with the arguments by name, and runs
        once it is approved, with exactly those that were."""

        def decorate(run: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(run)
            def guarded(**arguments: Any) -> Any:
                action = {"tool": tool, "summary": summary, "arguments": arguments, "environment": environment}
                approved = self.require_approval(action, **options)
                return run(approved, **approved.action["arguments"])

            return guarded

        return decorate

    def verify_receipt(self, receipt: Any, action: Dict[str, Any]) -> Dict[str, Any]:
        """For whoever runs a tool: what the receipt says, if it is one for this action that may still run. Whether its
        `jti` was used before is for you to know."""
        return self._check(receipt, _plain(action))

    def _closed(
        self, approval: Dict[str, Any], asked: "_Asked", on_pending: Optional[Callable[[Dict[str, Any]], Any]]
    ) -> Dict[str, Any]:
        if approval["status"] == "pending" and on_pending is not None:
            on_pending(approval)
        end = time.monotonic() + asked.seconds + _OVERDUE
        path = f"/v1/approvals/{approval['id']}?wait_seconds={math.ceil(self._wait)}"
        timeout = self._wait + self._timeout
        while approval["status"] == "pending":
            begun = time.monotonic()
            answered = self._patiently(
                lambda: asked.approval_in(self.call("GET", path, timeout=timeout), approval["id"])
            )
            if answered["status"] == "pending":
                if _is_unreached(approval) and _is_unreached(answered):
                    raise _why_not(answered)
                if time.monotonic() > end:
                    raise Unavailable(f"{answered['id']} has no end: its time is over")
                time.sleep(max(0.0, begun + min(_MIN_POLL, self._wait) - time.monotonic()))
            approval = answered
        return approval

    def _redeemed(self, approval: Dict[str, Any], asked: "_Asked") -> Any:
        path = f"/v1/approvals/{approval['id']}/redeem"

        def redeem() -> Any:
            answered = self.call("POST", path, {"action": asked.action}, key=asked.key)
            answered = answered if isinstance(answered, dict) else {}
            return answered.get("receipt"), asked.approval_in(answered.get("approval"), approval["id"])

        try:
            return self._patiently(redeem)
        except Refused as refused:
            if refused.code == "grant_revoked":
                raise Withdrawn(str(refused), approval) from refused
            raise

    def _approved(self, receipt: Any, approval: Dict[str, Any], asked: "_Asked") -> Approved:
        try:
            claims = self._patiently(lambda: self._check(receipt, asked.action, asked.agent_id, approval["id"]))
        except InvalidReceipt as error:
            raise Unavailable(f"There is no valid receipt: {error}") from error
        self._runs = {jti: end for jti, end in self._runs.items() if end > time.time()}
        if claims["jti"] in self._runs:
            detail = "Already redeemed by this process: what was approved may run once"
            raise Refused({"status": 409, "code": "already_redeemed", "detail": detail})
        self._runs[claims["jti"]] = claims["exp"]
        return Approved(receipt, claims, approval, asked.action)

    def _check(
        self, receipt: Any, action: Dict[str, Any], agent_id: Optional[str] = None, approval_id: Optional[str] = None
    ) -> Dict[str, Any]:
        head, claims, signed, signature = _read(receipt)
        kid = head.get("kid")
        _must(
            head.get("alg") == "EdDSA" and head.get("typ") == "countersign-receipt+jwt" and "crit" not in head,
            "It is signed in another way than receipts are",
        )
        _must(isinstance(kid, str), "It names no key")
        _must(_is_signed(self._key(kid), signed, signature), "Its signature is not that of its key")
        issuer, audience, end = claims.get("iss"), claims.get("aud"), claims.get("exp")
        _must(issuer == self.issuer, f"It is of {issuer!r}, and not of {self.issuer}: is that PUBLIC_URL?")
        _must(audience == action["tool"], f"It is for {audience!r}")
        is_number = isinstance(end, (int, float)) and not isinstance(end, bool)
        _must(is_number and end > time.time(), "It has expired, or the clock here is wrong")
        _must(isinstance(claims.get("jti"), str) and claims["jti"] != "", "It names no redemption")
        agent = claims.get("agent")
        _must(isinstance(agent, dict) and isinstance(agent.get("id"), str), "It names no agent")
        _must(agent_id in (None, agent["id"]), f"It is of the agent {agent['id']}")
        _must(approval_id in (None, claims.get("approval_id")), f"It is of {claims.get('approval_id')}")
        _must(claims.get("digest") == _digest(agent["id"], action), "Another action was approved")
        return claims

    def _key(self, kid: str) -> bytes:
        if kid not in self._keys:
            answered = self.call("GET", "/.well-known/jwks.json")
            keys = answered.get("keys") if isinstance(answered, dict) else None
            if not isinstance(keys, list):
                raise Unavailable("There is no list of the keys that sign receipts")
            named = [one for one in keys if isinstance(one, dict) and isinstance(one.get("kid"), str)]
            self._keys = {one["kid"]: _bytes_of(one.get("x")) or b"" for one in named}
        _must(kid in self._keys, f"The server does not have the key {kid!r}")
        return self._keys[kid]

    def _patiently(self, attempt: Callable[[], Any]) -> Any:
        failing_since, pause = None, _FIRST_PAUSE
        while True:
            try:
                return attempt()
            except (Refused, Unavailable) as error:
                if isinstance(error, Refused) and error.status < 500 and error.status != 429:
                    raise
                # From the first failure on, by a clock that nobody sets: a machine that slept tries once more.
                now = time.monotonic()
                failing_since = now if failing_since is None else failing_since
                left = failing_since + self._patience - now
                if left <= 0:
                    raise
                wanted = max(getattr(error, "retry_after", 0.0), pause * random.uniform(0.5, 1))
                time.sleep(min(left, wanted))
                pause = min(_MAX_PAUSE, pause * 2)

    def _receive(self, request: urllib.request.Request, timeout: float) -> Any:
        end = time.monotonic() + timeout
        try:
            try:
                response = self._opener.open(request, timeout=timeout)
            except urllib.error.HTTPError as error:
                response = error
            with response:
                text = b""
                while True:
                    part = response.read1(65536) if hasattr(response, "read1") else response.read()
                    if not part:
                        return response.getcode(), response.headers, text
                    text += part
                    if time.monotonic() > end:
                        raise TimeoutError("the answer does not end")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unavailable(f"{self.url} does not answer ({getattr(error, 'reason', error)})") from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The key is for this server alone."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _Asked:
    """An action on its way: what is asked, by whom, and the digest of what must come back."""

    def __init__(self, action: Dict[str, Any], agent: Any, key: Optional[str], request: Dict[str, Any]):
        agent = {"id": agent} if isinstance(agent, str) else agent
        # What is asked, compared and run is this copy; whoever changes the original afterwards changes nothing.
        self.action = _plain(action)
        self.agent_id = agent["id"]
        self.digest = _digest(self.agent_id, self.action)
        self.key = str(uuid.uuid4()) if key is None else key
        self.seconds = request.get("expires_in_seconds", 3600)
        shown = {name: value for name, value in self.action.items() if value is not None}
        if action.get("summary") is not None:
            shown["summary"] = action["summary"]
        self.body = json.loads(canonical_json({**request, "agent": agent, "action": shown}))

    def approval_in(self, answered: Any, approval_id: Optional[str] = None) -> Dict[str, Any]:
        is_one = (
            isinstance(answered, dict)
            and re.fullmatch(r"\w+", str(answered.get("id", "")), re.ASCII)
            and answered.get("status") in _STATUSES
            and isinstance(answered.get("decisions"), list)
            and isinstance(answered.get("unreached_reasons"), list)
        )
        if not is_one:
            raise Unavailable("The answer is no approval")
        if answered.get("digest") != self.digest or approval_id not in (None, answered["id"]):
            raise Unavailable("The answer is the approval of something else")
        return answered


def _plain(action: Dict[str, Any]) -> Dict[str, Any]:
    arguments = {} if action.get("arguments") is None else action["arguments"]
    whole = {"tool": action["tool"], "arguments": arguments, "environment": action.get("environment")}
    return json.loads(canonical_json(whole))


def _is_unreached(approval: Dict[str, Any]) -> bool:
    """A card whose turn has not come is on its way."""
    reasons = [one["reason"] for one in approval["unreached_reasons"]]
    return approval.get("reached") is False and any(reason != "waiting" for reason in reasons)


def _why_not(approval: Dict[str, Any]) -> CountersignError:
    status = approval["status"]
    sentence = approval.get("review_notes") or f"It is {status}"
    if status == "denied":
        return Denied(sentence, approval)
    if status == "withdrawn":
        return Withdrawn(sentence, approval)
    if status == "expired" and approval.get("reached") is not False:
        return Expired(sentence, approval)
    reasons = [f"{one['destination'] or 'nowhere'}: {one['reason']}" for one in approval["unreached_reasons"]]
    return Unreached(f"Nobody is reached ({', '.join(reasons)})", approval)


def _must(is_so: Any, sentence: str) -> None:
    if not is_so:
        raise InvalidReceipt(sentence)


def _read(receipt: Any) -> Any:
    parts = receipt.split(".") if isinstance(receipt, str) else []
    decoded = [_bytes_of(part) for part in parts]
    if len(decoded) != 3 or None in decoded:
        raise InvalidReceipt("It is no receipt")
    head, claims = (_parsed(part or b"") for part in decoded[:2])
    if not isinstance(head, dict) or not isinstance(claims, dict):
        raise InvalidReceipt("It is no receipt")
    return head, claims, f"{parts[0]}.{parts[1]}".encode(), decoded[2]


def _bytes_of(part: Any) -> Optional[bytes]:
    if not isinstance(part, str) or not re.fullmatch(r"[\w-]+", part, re.ASCII):
        return None
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return None


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


# What an action is, in its canonical form (RFC 8785).


def _digest(agent_id: str, action: Dict[str, Any]) -> str:
    return "sha256:" + hashlib.sha256(canonical_json({**action, "agent": agent_id}).encode()).hexdigest()


def canonical_json(value: Any, depth: int = 0) -> str:
    """JSON as RFC 8785 writes it. Raises TypeError for whatever JSON does not keep."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (int, float)):
        return _number(value)
    if depth == _MAX_DEPTH:
        raise TypeError("JSON has no place for what is nested so deep")
    if isinstance(value, (list, tuple)):
        return f"[{','.join(canonical_json(one, depth + 1) for one in value)}]"
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        # By UTF-16 units.
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{_text(name)}:{canonical_json(value[name], depth + 1)}" for name in names) + "}"
    raise TypeError(f"JSON has no place for a {type(value).__name__}")


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise TypeError("JSON has no place for half a character") from error
    return json.dumps(text, ensure_ascii=False)


def _number(value: Any) -> str:
    """As ECMAScript writes it."""
    if isinstance(value, int):
        if abs(value) >= 2**53:
            raise TypeError("JSON has no place for an integer beyond 2^53; send it as a text")
        return str(value)
    if not math.isfinite(value):
        raise TypeError(f"JSON has no place for {value}")
    if value == 0:
        return "0"
    _, given, exponent = decimal.Decimal(repr(abs(value))).as_tuple()
    digits = "".join(map(str, given))
    point = len(digits) + exponent
    digits = digits.rstrip("0")
    sign = "-" if value < 0 else ""
    if len(digits) <= point <= 21:
        return f"{sign}{digits}{'0' * (point - len(digits))}"
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{point - 1:+d}"


# Ed25519 (RFC 8032, section 5.1.7): only the check, of what is public, so that it needs no package.

_P = 2**255 - 19
_Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)


def _is_signed(key: bytes, signed: bytes, signature: bytes) -> bool:
    if len(key) != 32 or len(signature) != 64:
        return False
    by, at = _point(key), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if by is None or at is None or scalar >= _Q:
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + key + signed).digest(), "little") % _Q
    x, y, z, _ = _times(scalar, _BASE)
    other_x, other_y, other_z, _ = _plus(at, _times(hashed, by))
    return (x * other_z - other_x * z) % _P == 0 and (y * other_z - other_y * z) % _P == 0


def _point(encoded: bytes) -> Any:
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P != 0:
        x = x * _ROOT % _P
    if (x * x - square) % _P != 0 or (x == 0 and sign == 1):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


def _plus(one: Any, other: Any) -> Any:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: Any) -> Any:
    result = (0, 1, 1, 0)
    while scalar > 0:
        result = _plus(result, point) if scalar & 1 else result
        point = _plus(point, point)
        scalar >>= 1
    return result


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))
