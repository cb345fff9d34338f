// adal-node: the Node.js program of the page, with an authority of its own.

import { inspect } from "node:util";
import adalNode from "adal-node";
import { run } from "./judge.mjs";

function call(base, wanted) {
  const authorityUrl = `${base}/${wanted.tenant}`;
  // Left to itself adal-node keeps tokens by client id alone, so that a second program in the same
  // process would get one for a wrong secret, without asking us.
  const context = new adalNode.AuthenticationContext(authorityUrl, false, new adalNode.MemoryCache());
  return new Promise((resolve) => {
    context.acquireTokenWithClientCredentials(
      wanted.resource,
      wanted.client_id,
      wanted.client_secret,
      (err, tokenResponse) => {
        if (err) {
          resolve([null, `Token generation failed due to ${err}`]);
        } else {
          resolve([tokenResponse.accessToken, inspect(tokenResponse, { depth: null })]);
        }
      },
    );
  });
}

await run(call);
