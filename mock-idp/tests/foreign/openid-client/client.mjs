// A relying party of openid-client: one step a line on standard input, one answer a line on standard output, in JSON.
// It decides nothing itself: what it calls refused is what openid-client refused.

import { createInterface } from "node:readline";
import * as oidc from "openid-client";

let known;
let config;
let request;
let tokens;
let logoutState;

async function signedIn(answer) {
  const claims = answer.claims();
  const userinfo = await oidc.fetchUserInfo(config, answer.access_token, claims.sub);
  tokens = answer;
  return { subject: claims.sub, email: userinfo.email, refresh_token: answer.refresh_token };
}

const steps = {
  async discover(step) {
    known = step;
    // Signatures are checked only on demand, because tokens come straight from the provider.
    const execute = [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks];
    const authentication = oidc.ClientSecretBasic(known.client_secret);
    const issuer = new URL(known.issuer);
    config = await oidc.discovery(issuer, known.client_id, undefined, authentication, { execute });
    return {};
  },

  async begin({ prompt }) {
    request = {
      pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
      expectedState: oidc.randomState(),
      expectedNonce: oidc.randomNonce(),
    };
    const address = oidc.buildAuthorizationUrl(config, {
      redirect_uri: known.redirect_uri,
      scope: known.scope,
      state: request.expectedState,
      nonce: request.expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(request.pkceCodeVerifier),
      code_challenge_method: "S256",
      ...(prompt && { prompt }),
    });
    return { address: address.href };
  },

  async finish({ address }) {
    const checks = { ...request, idTokenExpected: true };
    return signedIn(await oidc.authorizationCodeGrant(config, new URL(address), checks));
  },

  async refresh({ refresh_token }) {
    return signedIn(await oidc.refreshTokenGrant(config, refresh_token));
  },

  async log_out() {
    logoutState = oidc.randomState();
    const address = oidc.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: known.post_logout_redirect_uri,
      state: logoutState,
    });
    return { address: address.href };
  },

  // openid-client leaves the answer of a logout to the application.
  async logged_out({ address }) {
    const same = new URL(address).searchParams.get("state") === logoutState;
    return same ? {} : { refused: "the state is not the one that was sent" };
  },
};

const refusals = [oidc.ClientError, oidc.ResponseBodyError, oidc.AuthorizationResponseError];

/** Everything an error says: openid-client puts the cause behind a general sentence. */
function words(error) {
  const own = [error.code, error.error, error.message].filter(Boolean).join(": ");
  return error.cause instanceof Error ? `${own} (${words(error.cause)})` : own;
}

for await (const line of createInterface({ input: process.stdin })) {
  const step = JSON.parse(line);
  const answer = await steps[step.step](step).catch((error) => {
    if (refusals.some((refusal) => error instanceof refusal)) return { refused: words(error) };
    throw error;
  });
  console.log(JSON.stringify(answer));
}
