"""A product in another language: it signs people in at KaseyaOne and makes one account at the first sign-in.

It shows what a team adds for `harness run --product`: the hooks below /_test/. Nothing but Python's standard library.
BREAKS names the one thing that it does wrong, so that a test can see the scenarios find it.
"""
import base64, concurrent.futures, contextlib, hashlib, hmac, http.client, json, os, secrets, socket, sys, threading, time, urllib.error, urllib.parse, urllib.request
from datetime import datetime, timezone
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ISSUER, CLIENT, SECRET = os.environ["ISSUER"], "toy", "a-secret-of-the-toy-that-is-none"
BREAKS = os.environ.get("BREAKS", "")
OFFERS = os.environ.get("OFFERS", "users,user-details,manage-users,single-sign-on,sign-ins,clock,restart").split(",")
LACKS = os.environ.get("LACKS", "").split(",")
COMPANY = "k1-co-1001"
LOCK = threading.RLock()


class Refused(Exception):
    """A sign-in that gives nobody a session: the code of its cause, and why."""


class State:
    """Everything that the product remembers."""

    def __init__(self):
        self.users = [account("u-1", "mona@northwind.example", "Mona Ito", "manual", admin=True)]
        self.removed = set()
        self.settings = {"allow": False, "require": False, "create": False}
        self.began, self.sessions, self.records, self.cache, self.codes = {}, {}, [], {}, set()


def account(ident, email, name, origin, admin=False, link=None):
    access = {"capabilities": [], "groups": [], "organizations": []}
    ways = ["local"] if origin == "manual" else ["kaseyaone"]
    return {"id": ident, "email": email, "name": name, "kind": "msp_user", "status": "active", "origin": origin,
            "msp_admin": admin, "signs_in_with": ways, "access": access, "link": link}


STATE, NOW = State(), [None]
# What no reset makes it forget: a code never comes twice.
CODES, RESETS = set(), []
ASKING = concurrent.futures.ThreadPoolExecutor(32)


def now():
    return NOW[0] if NOW[0] is not None else time.time()


def ask(url, form=None, bearer=None):
    request = urllib.request.Request(url, data=urllib.parse.urlencode(form).encode() if form else None)
    if form:
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        request.add_header("Authorization", f"Basic {basic}")

    def answered():
        with urllib.request.urlopen(request, timeout=2) as answer:
            return json.loads(answer.read())

    try:
        # All of it has to be there in time: each byte could come just before it is given up.
        return ASKING.submit(answered).result(timeout=2)
    except urllib.error.HTTPError as error:
        raise Refused("provider_unavailable" if error.code >= 500 else "code_refused", f"{url} answers {error.code}")
    except (OSError, ValueError, http.client.HTTPException, concurrent.futures.TimeoutError) as error:
        raise Refused("provider_unavailable", f"{url}: {error}")


def metadata():
    if "metadata" not in STATE.cache:
        found = ask(ISSUER + "/.well-known/openid-configuration")
        there = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != ISSUER or not all(isinstance(found.get(name), str) for name in there):
            raise Refused("provider_unavailable", "the metadata is that of another issuer")
        STATE.cache["metadata"] = found
    return STATE.cache["metadata"]


def key_named(kid):
    for fresh in (False, True):
        if fresh or "keys" not in STATE.cache:
            STATE.cache["keys"] = ask(metadata()["jwks_uri"]).get("keys", [])
        for key in STATE.cache["keys"]:
            if key.get("kid") == kid and key.get("kty") == "RSA" and key.get("use", "sig") == "sig":
                return key
    raise Refused("token_invalid", "no key of that name")


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signed(token, what):
    """The claims of a token that KaseyaOne signed (RFC 7515, RFC 8017 8.2.2)."""
    try:
        head, body, signature = token.split(".")
        header, claims, signature = json.loads(decoded(head)), json.loads(decoded(body)), decoded(signature)
        is_right = header.get("alg") == "RS256" and "crit" not in header
    except (AttributeError, ValueError):
        raise Refused("token_invalid", "not a token")
    if not is_right or header.get("typ", what) not in (what, "JWT"):
        raise Refused("token_invalid", "its header")
    key = key_named(header.get("kid"))
    n, e = (int.from_bytes(decoded(key[part]), "big") for part in "ne")
    size = (n.bit_length() + 7) // 8
    digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(f"{head}.{body}".encode()).digest()
    wanted = b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
    found = pow(int.from_bytes(signature, "big"), e, n).to_bytes(size, "big")
    if len(signature) != size or (not hmac.compare_digest(found, wanted) and BREAKS != "signature"):
        raise Refused("token_invalid", "its signature")
    return claims


def is_time(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def checked(claims, began, access_token):
    """The claims of an ID token, after every check of OIDC Core 3.1.3.7."""
    def hold(condition, why, code="token_invalid"):
        if not condition:
            raise Refused(code, why)
    aud = claims.get("aud")
    hold(claims.get("iss") == ISSUER, "iss")
    hold(aud == CLIENT or aud == [CLIENT], "aud")
    hold(claims.get("azp", CLIENT) == CLIENT, "azp")
    hold(BREAKS == "nonce" or claims.get("nonce") == began["nonce"], "nonce")
    hold(isinstance(claims.get("sub"), str) and claims["sub"].strip() and len(claims["sub"]) < 256, "sub")
    hold(claims["sub"].isprintable() and claims["sub"].strip() == claims["sub"], "sub")
    hold(is_time(claims.get("exp")) and claims["exp"] > now(), "exp")
    hold(is_time(claims.get("iat")) and claims["iat"] <= now() + 60, "iat")
    hold(claims["iat"] > began["at"] - 600 and claims["exp"] - claims["iat"] <= 86400, "iat")
    hold(claims.get("nbf") is None or (is_time(claims["nbf"]) and claims["nbf"] <= now() + 60), "nbf")
    hold(is_time(claims.get("auth_time")) and claims["auth_time"] <= now() + 60, "auth_time")
    half = base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()[:16]).rstrip(b"=").decode()
    hold(claims.get("at_hash", half) == half, "at_hash")
    hold(claims["auth_time"] >= int(began["at"]), "an earlier session", "session_reused")
    hold(claims.get("company_id") == COMPANY, "another company", "other_company")
    hold(isinstance(claims.get("email"), str) and "@" in claims["email"], "no e-mail address", "no_email")
    return claims


def account_for(claims):
    """The account of whoever signed in, made if this is the first time."""
    link = claims["iss"], claims["company_id"], claims["sub"]
    known = next((user for user in STATE.users if user["link"] == link), None)
    if known and known["status"] != "active":
        raise Refused("account_deactivated", "deactivated")
    if known and BREAKS != "twice":
        return known, False
    if not (STATE.settings["create"] or BREAKS == "toggle"):
        raise Refused("create_off", "no account, and none is made")
    if link in STATE.removed:
        raise Refused("account_removed", "removed")
    if claims.get("email_verified") is not True:
        raise Refused("email_unverified", "the address is not verified")
    same = next((user for user in STATE.users if user["email"].lower() == claims["email"].lower()), None)
    if same and same["link"] is None and not same["msp_admin"] or same and BREAKS == "address":
        # Somebody was invited by that address, and comes.
        same.update(link=same["link"] or link)
        return same, False
    if same and BREAKS != "twice":
        raise Refused("email_taken", "somebody else has that address")
    name = claims.get("name") or claims["email"]
    made = account(f"u-{secrets.token_hex(6)}", claims["email"], name, "automatic", BREAKS == "access", link)
    STATE.users.append(made)
    return made, True


class Product(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet

    def log_message(self, *_):
        pass

    def answer(self, status, body="", location=None, cookies=(), kind="text/html"):
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind if isinstance(body, str) else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        for cookie in cookies:
            self.send_header("Set-Cookie", f"{cookie}; Path=/; HttpOnly; SameSite=Lax")
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(data)

    def cookie(self, name):
        found = SimpleCookie(self.headers.get("Cookie", "")).get(name)
        return found.value if found else None

    def handle_all(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        # Whoever is not to answer keeps nobody else from it.
        with LOCK if url.path != "/_test/reset" else contextlib.nullcontext():
            try:
                if url.path.startswith("/_test/"):
                    return self.hook(url.path.removeprefix("/_test/"), json.loads(body) if body else None)
                if url.path == "/login":
                    return self.begin()
                if url.path == "/callback":
                    return self.complete(query)
                if url.path == "/told":
                    return self.told(dict(urllib.parse.parse_qsl(body.decode())))
                if url.path == "/api/me":
                    user = next((u for u in STATE.users if u["id"] == STATE.sessions.get(self.cookie("session"), {}).get("user")), None)
                    active = user and user["status"] == "active"
                    return self.answer(200, {"user": {k: user[k] for k in ("id", "email")}}) if active else self.answer(401, {})
                return self.answer(200, "<p>The product</p>") if url.path == "/" else self.answer(404, "<p>No such page</p>")
            except Refused:
                return self.answer(403, "<p>You could not be signed in.</p>")

    do_GET = do_POST = do_PUT = do_PATCH = handle_all

    def begin(self):
        record = {"reference": secrets.token_hex(3).upper(), "started_at": stamp(now()), "outcome": None,
                  "checks": {"used_kaseyaone": "pass", "allow_on": "pass" if STATE.settings["allow"] else "fail"}, "cause": None}
        STATE.records.insert(0, record)
        if not STATE.settings["allow"]:
            record.update(outcome="refused", cause={"code": "allow_off"})
            raise Refused("allow_off", "KaseyaOne login is off")
        try:
            there = metadata()["authorization_endpoint"]
        except Refused as refusal:
            record.update(outcome="refused", cause={"code": refusal.args[0]})
            raise
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        browser = self.cookie("browser") or secrets.token_urlsafe(32)
        STATE.began[state] = {"nonce": nonce, "verifier": verifier, "browser": browser, "at": now(), "record": record}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {"client_id": CLIENT, "redirect_uri": RETURN, "response_type": "code", "scope": "openid profile email",
                 "state": state, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
                 "prompt": "login", "max_age": "0"}
        self.answer(303, location=f"{there}?{urllib.parse.urlencode(asked)}", cookies=[f"browser={browser}"])

    def complete(self, query):
        began = STATE.began.pop(query.get("state"), None)
        if not began or began["browser"] != self.cookie("browser") or now() - began["at"] >= 600:
            raise Refused("state_unknown", "nobody here began this")
        record = began["record"]
        try:
            if query.get("iss", ISSUER) != ISSUER or "error" in query or not query.get("code"):
                raise Refused(query.get("error", "no_code"), "KaseyaOne gave no code")
            if query["code"] in CODES and query["code"] not in STATE.codes:
                raise Refused("code_replayed", "this code came before everything was reset")
            CODES.add(query["code"])
            STATE.codes.add(query["code"])
            form = {"grant_type": "authorization_code", "code": query["code"], "redirect_uri": RETURN,
                    "code_verifier": began["verifier"]}
            tokens = ask(metadata()["token_endpoint"], form)
            if str(tokens.get("token_type")).lower() != "bearer" or not isinstance(tokens.get("access_token"), str):
                raise Refused("token_invalid", "the answer has no tokens")
            claims = checked(signed(tokens.get("id_token"), "JWT"), began, tokens["access_token"])
            if not STATE.settings["allow"]:
                raise Refused("allow_off", "KaseyaOne login is off")
            user, made = account_for(claims)
        except Refused as refusal:
            record.update(outcome="refused", cause={"code": refusal.args[0]})
            raise
        record.update(outcome="created_and_signed_in" if made else "signed_in")
        session = secrets.token_urlsafe(32)
        STATE.sessions[session] = {"user": user["id"], "sub": claims["sub"], "sid": claims.get("sid")}
        self.answer(303, location="/", cookies=[f"session={session}"])

    def told(self, form):
        """Back-channel logout (OIDC Back-Channel Logout 2.6)."""
        try:
            claims = signed(form.get("logout_token"), "logout+jwt")
            event = claims.get("events", {}).get("http://schemas.openid.net/event/backchannel-logout")
            aud, jti = claims.get("aud"), claims.get("jti")
            holds = (claims.get("iss") == ISSUER and aud in (CLIENT, [CLIENT]) and event is not None and "nonce" not in claims
                     and is_time(claims.get("iat")) and abs(claims["iat"] - now()) < 600
                     and is_time(claims.get("exp")) and claims["exp"] > now()
                     and isinstance(jti, str) and jti not in STATE.cache.setdefault("jtis", [])
                     and (claims.get("sub") or claims.get("sid")))
        except Refused:
            holds = False
        if not holds:
            return self.answer(400, {"error": "invalid_request"})
        STATE.cache["jtis"].append(jti)
        ends = lambda it: (claims.get("sid") in (None, it["sid"])) and (claims.get("sub") in (None, it["sub"]))
        STATE.sessions = {key: it for key, it in STATE.sessions.items() if not ends(it)}
        self.answer(200, {})

    def hook(self, path, body):
        global STATE
        parts = path.split("/")
        if path == "":
            return self.answer(200, {"offers": [it for it in OFFERS if it not in LACKS]})
        if path == "reset":
            RESETS.append(path)
            if len(RESETS) == int(os.environ.get("DIES", "0")):
                os._exit(1)
            if len(RESETS) in json.loads(os.environ.get("HANGS", "[]")):
                return time.sleep(600)
            if len(RESETS) == int(os.environ.get("CUTS", "0")):
                return self.connection.shutdown(socket.SHUT_RDWR)
            STATE = State()
        elif path == "restart":
            STATE.cache = {}
        elif path == "clock":
            NOW[0] = datetime.fromisoformat(body["now"].replace("Z", "+00:00")).timestamp()
        elif path == "single-sign-on":
            if self.command == "PATCH":
                if body.get("create") and not STATE.settings["allow"]:
                    return self.answer(409, {"code": "allow_off", "detail": "KaseyaOne login is off."})
                STATE.settings.update(body)
                if not STATE.settings["allow"]:
                    STATE.settings.update(create=False, require=False)
            return self.answer(200, STATE.settings)
        elif path == "sign-ins":
            return self.answer(200, STATE.records)
        elif path == "users" and self.command == "POST":
            made = account(f"u-{secrets.token_hex(6)}", body["email"], body["name"], "manual")
            STATE.users.append(made)
            return self.answer(201, made)
        elif path == "users":
            return self.answer(200, [{k: v for k, v in user.items() if k != "link"} for user in STATE.users])
        elif parts[0] == "users" and len(parts) == 3:
            return self.user_act(parts[1], parts[2], body)
        else:
            return self.answer(404, {"code": "not_found", "detail": "There is no such hook."})
        self.answer(204)

    def user_act(self, ident, verb, body):
        user = next((user for user in STATE.users if user["id"] == ident), None)
        if verb == "allow-again":
            STATE.removed.discard(REMOVED.get(ident))
        elif user is None:
            return self.answer(404, {"code": "not_found", "detail": "There is no such user."})
        elif verb == "msp-admin":
            user["msp_admin"] = body["msp_admin"]
        elif verb == "remove":
            STATE.users.remove(user)
            REMOVED[ident] = user["link"]
            STATE.removed.add(user["link"])
        else:
            user["status"] = "deactivated" if verb == "deactivate" else "active"
        self.answer(204)


def stamp(at):
    return datetime.fromtimestamp(at, timezone.utc).isoformat().replace("+00:00", "Z")


REMOVED = {}
server = ThreadingHTTPServer(("127.0.0.1", 0), Product)
server.daemon_threads = True
BASE = f"http://127.0.0.1:{server.server_address[1]}"
RETURN = BASE + "/callback"
print(BASE, flush=True)
server.serve_forever()
