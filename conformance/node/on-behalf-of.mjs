// A service on behalf of who came to it: @azure/msal-node, @azure/identity, openid-client.

import { inspect } from "node:util";
import { OnBehalfOfCredential } from "@azure/identity";
import { ConfidentialClientApplication } from "@azure/msal-node";
import * as openid from "openid-client";
import { run } from "./judge.mjs";

const clients = {
  async "msal-node"(base, wanted) {
    const auth = {
      clientId: wanted.client_id,
      clientSecret: wanted.client_secret,
      authority: `${base}/${wanted.tenant}`,
      knownAuthorities: [new URL(base).host],
    };
    const app = new ConfidentialClientApplication({ auth });
    const { accessToken, scopes, account, tenantId } = await app.acquireTokenOnBehalfOf({
      oboAssertion: wanted.assertion,
      scopes: [wanted.scope],
    });
    return [accessToken, inspect({ scopes, tenantId, username: account?.username })];
  },
  async "azure-identity-node"(base, wanted) {
    const credential = new OnBehalfOfCredential({
      tenantId: wanted.tenant,
      clientId: wanted.client_id,
      clientSecret: wanted.client_secret,
      userAssertionToken: wanted.assertion,
      authorityHost: base,
      disableInstanceDiscovery: true,
    });
    const { token, expiresOnTimestamp } = await credential.getToken(wanted.scope);
    return [token, `expiresOn=${new Date(expiresOnTimestamp).toISOString()}`];
  },
  async "openid-client"(base, wanted) {
    const issuer = new URL(`${base}/${wanted.tenant}/v2.0`);
    const secret = openid.ClientSecretPost(wanted.client_secret);
    const config = await openid.discovery(issuer, wanted.client_id, undefined, secret);
    const tokens = await openid.genericGrantRequest(config, "urn:ietf:params:oauth:grant-type:jwt-bearer", {
      requested_token_use: "on_behalf_of",
      assertion: wanted.assertion,
      scope: wanted.scope,
    });
    return [tokens.access_token, inspect({ ...tokens })];
  },
};

function seen(error) {
  const { error: kind, error_description: description, errorCode, subError, claims } = error;
  const said = [String(error)];
  if (kind) said.push(`${kind}: ${description}`);
  if (subError) said.push(`errorCode=${errorCode} subError=${subError}`);
  if (claims) said.push(`claims=${claims}`);
  return said.join("\n");
}

await run((base, wanted) => clients[wanted.client](base, wanted), seen);
