// @azure/msal-node: a confidential client with a secret.

import { inspect } from "node:util";
import { ConfidentialClientApplication } from "@azure/msal-node";
import { run } from "./judge.mjs";

const applications = new Map();

async function call(base, wanted) {
  const key = JSON.stringify([wanted.tenant, wanted.client_id, wanted.client_secret]);
  if (!applications.has(key)) {
    const auth = {
      clientId: wanted.client_id,
      clientSecret: wanted.client_secret,
      authority: `${base}/${wanted.tenant}`,
      knownAuthorities: [new URL(base).host],
    };
    applications.set(key, new ConfidentialClientApplication({ auth }));
  }
  const result = await applications.get(key).acquireTokenByClientCredential({ scopes: [wanted.scope] });
  return [result.accessToken, inspect(result, { depth: null })];
}

await run(call);
