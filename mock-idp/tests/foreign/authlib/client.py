"""A relying party of Authlib: one step a line on standard input, one answer a line on standard output, in JSON.

It is a Flask application with Authlib's Flask client; a test client plays its web server and keeps its cookie. It decides
nothing itself: what it calls refused is what Authlib refused.
"""

import json
import sys
from urllib.parse import urljoin

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from flask import Flask, request
from joserfc.errors import JoseError

app = Flask(__name__)
app.secret_key = "only-for-tests"
oauth = OAuth(app)
known = {}
newest = {}


def signed_in(token, claims):
    userinfo = oauth.kaseyaone.userinfo(token=token)
    newest.update(token)
    return {"subject": claims["sub"], "email": userinfo["email"], "refresh_token": token["refresh_token"]}


@app.get("/sso")
def sso():
    more = {"prompt": request.args["prompt"]} if "prompt" in request.args else {}
    return oauth.kaseyaone.authorize_redirect(known["redirect_uri"], **more)


@app.get("/sso/callback")
def callback():
    token = oauth.kaseyaone.authorize_access_token()
    return signed_in(token, token["userinfo"])


@app.get("/sign-out")
def sign_out():
    return oauth.kaseyaone.logout_redirect(
        post_logout_redirect_uri=known["post_logout_redirect_uri"], id_token_hint=newest["id_token"]
    )


@app.get("/sign-in")
def sign_in():
    oauth.kaseyaone.validate_logout_response()
    return {}


@app.errorhandler(AuthlibBaseError)
@app.errorhandler(JoseError)
def refused(error):
    return {"refused": f"{type(error).__name__}: {error}"}


def discover(step):
    known.update(step)
    oauth.register(
        "kaseyaone",
        client_id=step["client_id"],
        client_secret=step["client_secret"],
        server_metadata_url=step["issuer"] + "/.well-known/openid-configuration",
        client_kwargs={"scope": step["scope"], "code_challenge_method": "S256"},
    )
    oauth.kaseyaone.load_server_metadata()
    return {}


def refresh(step):
    metadata = oauth.kaseyaone.load_server_metadata()
    with OAuth2Session(known["client_id"], known["client_secret"]) as session:
        token = session.refresh_token(metadata["token_endpoint"], refresh_token=step["refresh_token"])
    return signed_in(token, oauth.kaseyaone.parse_id_token(token, nonce=None))


def own(path):
    """An address of the application, at the host that has its cookie."""
    return urljoin(known["redirect_uri"], path)


def take(step, browser):
    """Answers a step; the ones of a browser go through the application."""
    match step["step"]:
        case "discover":
            return discover(step)
        case "refresh":
            try:
                return refresh(step)
            except (AuthlibBaseError, JoseError) as error:
                return refused(error)
        case "begin":
            prompt = {"prompt": step["prompt"]} if step["prompt"] else {}
            return {"address": browser.get(own("/sso"), query_string=prompt).headers["Location"]}
        case "log_out":
            return {"address": browser.get(own("/sign-out")).headers["Location"]}
        case "finish" | "logged_out":
            return browser.get(step["address"]).get_json()
        case unknown:
            raise ValueError(unknown)


app.testing = True
with app.test_client() as its_browser:
    for line in sys.stdin:
        print(json.dumps(take(json.loads(line), its_browser)), flush=True)
