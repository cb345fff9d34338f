// openid-client, a certified OpenID Connect library: discovery, then the client credentials grant.

import { inspect } from "node:util";
import * as client from "openid-client";
import { run } from "./judge.mjs";

async function call(base, wanted) {
  const issuer = new URL(`${base}/${wanted.tenant}/${wanted.endpoint === "v2" ? "v2.0" : ""}`);
  const authenticate = wanted.needs === "basic" ? client.ClientSecretBasic : client.ClientSecretPost;
  const config = await client.discovery(issuer, wanted.client_id, undefined, authenticate(wanted.client_secret));
  const target = wanted.endpoint === "v2" ? { scope: wanted.scope } : { resource: wanted.resource };
  if (wanted.needs === "grant") {
    const tokens = await client.genericGrantRequest(config, "urn:example:no-such-grant", target);
    return [tokens.access_token, inspect(tokens)];
  }
  const tokens = await client.clientCredentialsGrant(config, target);
  return [tokens.access_token, inspect({ ...tokens })];
}

function seen(error) {
  const { name, code, status, error: kind, error_description: description } = error;
  const said = [`${name}: ${error.message}`, `code=${code} status=${status}`];
  if (kind) said.push(`${kind}: ${description}`);
  if (error.cause instanceof Response) said.push(`cause: ${error.cause.status} ${error.cause.url}`);
  else if (error.cause) said.push(`cause: ${inspect(error.cause, { depth: 3 })}`);
  return said.join("\n");
}

await run(call, seen);
