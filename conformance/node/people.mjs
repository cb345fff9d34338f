// People sign in through clients that nobody changed: as python/people.py, for Node.js.

import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { DeviceCodeCredential, InteractiveBrowserCredential } from "@azure/identity";
import { PublicClientApplication } from "@azure/msal-node";
import adal from "adal-node";
import * as openid from "openid-client";

const AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const ARM = "https://management.azure.com";
const GRAPH = "https://graph.microsoft.com";
const CORE = "https://management.core.windows.net/";
const [client, flow] = process.argv.slice(2);
const scene = JSON.parse(process.argv[4]);
const authority = `${scene.base}/${scene.tenant}`;

const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const openBrowser = async (url) => void spawn(process.env.BROWSER, [url], { stdio: "ignore" });

// From when it comes back, a second factor is demanded of everybody.
async function untilDemanded() {
  say({ demanded: true });
  const lines = createInterface({ input: process.stdin });
  await once(lines, "line");
  lines.close();
}

// What came of a call that has to fail.
const failing = (call) => call.then(() => { throw new Error("it was not refused"); }, (error) => error);

// --- msal-node --------------------------------------------------------------------------------------

async function msalEnd(app, first) {
  const { account } = first;
  const arm = await app.acquireTokenSilent({ account, scopes: [`${ARM}/.default`] });
  const graph = await app.acquireTokenSilent({ account, scopes: [`${GRAPH}/.default`] });
  const fresh = await app.acquireTokenSilent({ account, scopes: [`${ARM}/.default`], forceRefresh: true });
  if (arm.accessToken !== first.accessToken || fresh.accessToken === first.accessToken) {
    throw new Error("the cache is not used, or not renewed");
  }
  const { username, tenantId, localAccountId, name } = account;
  const tokens = [[first.accessToken, ARM], [graph.accessToken, GRAPH], [fresh.accessToken, ARM]];
  return [JSON.stringify({ username, tenantId, localAccountId, name }), tokens];
}

const msalApp = () => new PublicClientApplication({
  auth: { clientId: AZURE_CLI, authority, knownAuthorities: [new URL(scene.base).host] },
});

const flows = {
  async "msal-node interactive"() {
    const app = msalApp();
    return msalEnd(app, await app.acquireTokenInteractive({ scopes: [`${ARM}/.default`], openBrowser }));
  },
  async "msal-node stepup"() {
    const [app, scopes] = [msalApp(), [`${ARM}/.default`]];
    const first = await app.acquireTokenInteractive({ scopes, openBrowser });
    const { account } = first;
    await untilDemanded();
    const silent = () => app.acquireTokenSilent({ account, scopes, forceRefresh: true });
    const refused = await failing(silent());
    const again = await app.acquireTokenInteractive({ scopes, openBrowser, claims: refused.claims, loginHint: account.username });
    const tokens = [first, again, await silent()].map(({ accessToken }) => [accessToken, ARM]);
    return [`${seen(refused)}\nsuberror=${refused.subError}\nclaims=${refused.claims}`, tokens];
  },
  async "msal-node device"() {
    const app = msalApp();
    const deviceCodeCallback = ({ message }) => say({ message });
    return msalEnd(app, await app.acquireTokenByDeviceCode({ scopes: [`${ARM}/.default`], deviceCodeCallback }));
  },
  async "azure-identity-node interactive"() {
    return identityEnd(new InteractiveBrowserCredential(identityOptions));
  },
  async "azure-identity-node stepup"() {
    const credential = new InteractiveBrowserCredential({ ...identityOptions, disableAutomaticAuthentication: true });
    await credential.authenticate(`${ARM}/.default`);
    const first = await credential.getToken(`${ARM}/.default`);
    await untilDemanded();
    const refused = await failing(credential.getToken(`${GRAPH}/.default`));
    // It tells nothing of the refusal, so there is nothing to return with but the scopes.
    await credential.authenticate(refused.scopes);
    const tokens = [[first.token, ARM]];
    // One that is kept by now, and one that has to be had silently.
    for (const resource of [GRAPH, CORE]) tokens.push([(await credential.getToken(`${resource}/.default`)).token, resource]);
    return [`${seen(refused)}\ncause=${refused.cause}`, tokens];
  },
  async "azure-identity-node device"() {
    return identityEnd(new DeviceCodeCredential({ ...identityOptions, userPromptCallback: say }));
  },
  async "adal-node interactive"() {
    const ask = adalAsk();
    const first = await adalCode(ask);
    // What a code gave is not kept by the library.
    return adalEnd(ask, first, await ask("acquireTokenWithRefreshToken", first.refreshToken, AZURE_CLI, GRAPH));
  },
  async "adal-node stepup"() {
    const ask = adalAsk();
    const first = await adalCode(ask);
    await untilDemanded();
    const renew = (answer) => ask("acquireTokenWithRefreshToken", answer.refreshToken, AZURE_CLI, ARM);
    const refused = await failing(renew(first));
    // Its error holds the server's answer as text.
    const { claims } = JSON.parse(refused.message.slice(refused.message.indexOf("{")));
    const again = await adalCode(ask, { claims });
    const tokens = [first, again, await renew(again)].map(({ accessToken }) => [accessToken, ARM]);
    return [`${seen(refused)}\nclaims=${claims}`, tokens];
  },
  async "adal-node device"() {
    const ask = adalAsk();
    const code = await ask("acquireUserCode", ARM, AZURE_CLI, "en");
    say({ message: code.message });
    const first = await ask("acquireTokenWithDeviceCode", ARM, AZURE_CLI, code);
    return adalEnd(ask, first, await ask("acquireToken", GRAPH, first.userId, AZURE_CLI));
  },
  async "openid-client interactive"() {
    const config = await openidConfig();
    return openidEnd(config, await openidCode(config));
  },
  async "openid-client stepup"() {
    const config = await openidConfig();
    const first = await openidCode(config);
    await untilDemanded();
    const renew = (answer) => openid.refreshTokenGrant(config, answer.refresh_token, { scope: `${ARM}/.default` });
    const refused = await failing(renew(first));
    const { claims } = refused.cause;
    const again = await openidCode(config, { claims });
    const tokens = [first, again, await renew(again)].map(({ access_token: token }) => [token, ARM]);
    return [`${seen(refused)}\nclaims=${claims}`, tokens];
  },
  async "openid-client device"() {
    const config = await openidConfig();
    const scope = `${ARM}/.default openid profile offline_access`;
    const begun = await openid.initiateDeviceAuthorization(config, { scope });
    say({ message: `open the page ${begun.verification_uri} and enter the code ${begun.user_code} to sign in` });
    return openidEnd(config, await openid.pollDeviceAuthorizationGrant(config, begun));
  },
};

// --- @azure/identity --------------------------------------------------------------------------------

const identityOptions = {
  authorityHost: scene.base, tenantId: scene.tenant, clientId: AZURE_CLI, disableInstanceDiscovery: true,
};

async function identityEnd(credential) {
  const record = await credential.authenticate(`${ARM}/.default`);
  const tokens = [];
  for (const resource of [ARM, GRAPH]) tokens.push([(await credential.getToken(`${resource}/.default`)).token, resource]);
  return [`${record.username}, tenant ${record.tenantId}`, tokens];
}

// --- adal-node --------------------------------------------------------------------------------------

function adalAsk() {
  const context = new adal.AuthenticationContext(authority, false);
  return (method, ...words) => new Promise((resolve, reject) =>
    context[method](...words, (error, answer) => (error ? reject(error) : resolve(answer))));
}

// The library knows no page for this, and no PKCE: whoever uses it leads the browser there and back.
async function adalCode(ask, more = {}) {
  const back = await listen();
  const fields = { client_id: AZURE_CLI, response_type: "code", redirect_uri: back.uri, resource: ARM, state: "s", ...more };
  await openBrowser(`${authority}/oauth2/authorize?${new URLSearchParams(fields)}`);
  const came = Object.fromEntries((await back.came).searchParams);
  if (came.error) throw new Error(`${came.error}: ${came.error_description}`);
  return ask("acquireTokenWithAuthorizationCode", came.code, back.uri, ARM, AZURE_CLI, null);
}

async function adalEnd(ask, first, graph) {
  const renewed = await ask("acquireTokenWithRefreshToken", first.refreshToken, AZURE_CLI, ARM);
  const { tokenType, resource, userId, tenantId, isMRRT, oid } = first;
  const tokens = [[first.accessToken, ARM], [graph.accessToken, GRAPH], [renewed.accessToken, ARM]];
  return [JSON.stringify({ tokenType, resource, userId, tenantId, isMRRT, oid }), tokens];
}

// --- openid-client ----------------------------------------------------------------------------------

const openidConfig = () => openid.discovery(new URL(`${authority}/v2.0`), AZURE_CLI, undefined, openid.None());

async function openidCode(config, more = {}) {
  const back = await listen();
  const verifier = openid.randomPKCECodeVerifier();
  const expected = { expectedState: openid.randomState(), expectedNonce: openid.randomNonce() };
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: back.uri,
    scope: `${ARM}/.default openid profile offline_access`,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: expected.expectedState,
    nonce: expected.expectedNonce,
    ...more,
  });
  await openBrowser(url.href);
  return openid.authorizationCodeGrant(config, await back.came, { ...expected, pkceCodeVerifier: verifier });
}

async function openidEnd(config, first) {
  const { name, preferred_username, oid, tid, amr } = first.claims();
  const renewed = await openid.refreshTokenGrant(config, first.refresh_token, { scope: `${ARM}/.default` });
  const shown = JSON.stringify({ name, preferred_username, oid, tid, amr });
  return [shown, [[first.access_token, ARM], [renewed.access_token, ARM]]];
}

// Where the browser comes back to.
async function listen() {
  let arrive;
  const came = new Promise((resolve) => (arrive = resolve));
  const server = createServer((request, response) => {
    response.end("thanks");
    if (request.url.length < 3) return;
    arrive(new URL(request.url, uri));
    server.close();
    server.closeAllConnections();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const uri = `http://localhost:${server.address().port}`;
  return { uri, came };
}

function seen(error) {
  const { name, message, errorCode, code, error: kind, error_description: description } = error;
  const parts = [`${name}: ${message}`];
  if (errorCode ?? code) parts.push(`code=${errorCode ?? code}`);
  if (kind && typeof kind === "string") parts.push(`${kind}: ${description}`);
  return parts.join("\n");
}

try {
  const [shown, tokens] = await flows[`${client} ${flow}`]();
  say({ shown, tokens });
} catch (error) {
  say({ shown: seen(error), tokens: [] });
}
process.exit(0);
