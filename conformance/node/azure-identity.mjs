// @azure/identity: ClientSecretCredential.

import { ClientSecretCredential } from "@azure/identity";
import { run } from "./judge.mjs";

async function call(base, wanted) {
  const options = { authorityHost: base, disableInstanceDiscovery: true };
  const credential = new ClientSecretCredential(wanted.tenant, wanted.client_id, wanted.client_secret, options);
  const { token, tokenType, expiresOnTimestamp } = await credential.getToken(wanted.scope);
  return [token, `tokenType=${tokenType} expiresOn=${new Date(expiresOnTimestamp).toISOString()}`];
}

await run(call);
