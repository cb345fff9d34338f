// What the Node.js judges share: reading the cases, verifying with jose, one JSON line per case.

import { readFile } from "node:fs/promises";
import { createRemoteJWKSet, jwtVerify } from "jose";

// The token's header and claims, after jose has verified it against the published keys.
export async function verify(token, wanted) {
  const document = await fetch(wanted.discovery);
  if (!document.ok) throw new Error(`${wanted.discovery} answered ${document.status}`);
  const discovery = await document.json();
  const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));
  const checks = { audience: wanted.audience, issuer: discovery.issuer, algorithms: ["RS256"], typ: "JWT" };
  const { protectedHeader, payload } = await jwtVerify(token, keys, checks);
  return { header: protectedHeader, claims: payload };
}

// Plays every case. `call` resolves to [token or null, what the person sees]; `seen` puts an error in words.
export async function run(call, seen = (error) => String(error)) {
  const scene = JSON.parse(await readFile(process.argv[2], "utf8"));
  for (const wanted of scene.cases) {
    const line = { case: wanted.name };
    try {
      for (let time = 0; time < wanted.times; time += 1) {
        const [token, shown] = await call(scene.base, wanted);
        line.shown = shown;
        if (token) (line.tokens ??= []).push(await verify(token, wanted));
      }
    } catch (error) {
      line.shown = seen(error);
    }
    process.stdout.write(JSON.stringify(line) + "\n");
  }
}
