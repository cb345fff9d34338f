// A page that signs people in by @azure/msal-browser, unchanged. Each button is one call of it; what came of the call is
// said in JSON.

const said = document.getElementById("said");
const say = (what) => void (said.textContent = JSON.stringify(what));
const refuse = ({ name, errorCode, errorMessage, subError, message }) =>
  say({ error: name, code: errorCode, message: errorMessage || message, ...(subError && { subError }) });

function told({ account, accessToken, fromCache, scopes }) {
  const { username, name, tenantId, localAccountId, homeAccountId } = account;
  say({ username, name, tenantId, localAccountId, homeAccountId, fromCache, scopes, accessToken });
}

async function start() {
  const { clientId, authority, scopes } = await (await fetch("config.json")).json();
  const app = new msal.PublicClientApplication({
    auth: {
      clientId, authority, knownAuthorities: [new URL(authority).host],
      redirectUri: `${location.origin}/back.html`, postLogoutRedirectUri: `${location.origin}/?out`,
    },
    cache: { cacheLocation: "localStorage" },
  });
  await app.initialize();
  const account = () => app.getAllAccounts()[0];
  const silent = (more) => app.acquireTokenSilent({ account: account(), scopes, ...more });
  const press = {
    redirect: () => app.loginRedirect({ scopes }),
    popup: () => app.loginPopup({ scopes }),
    cached: () => silent({}),
    renewed: () => silent({ forceRefresh: true }),
    // The library keeps a copy in memory, so the page begins anew, as it does when somebody comes back to it.
    framed: async () => {
      for (const key of Object.keys(localStorage)) if (key.includes("refreshtoken")) localStorage.removeItem(key);
      sessionStorage.setItem("press", "renewed");
      location.reload();
    },
    out: () => app.logoutRedirect({ account: account() }),
    hinted: () => app.logoutRedirect({ account: account(), idTokenHint: account().idToken }),
    foreign: () => byHand(authority, clientId),
    embedded: () => embed(`https://other.example:${location.port}/frame.html`),
  };
  for (const [id, act] of Object.entries(press)) {
    document.getElementById(id).onclick = () => act().then((result) => result && told(result), refuse);
  }
  const back = await app.handleRedirectPromise().catch(refuse);
  if (back) told(back);
  else if (location.search.startsWith("?out")) say({ accounts: app.getAllAccounts().length });
  document.documentElement.dataset.ready = "yes";
  document.getElementById(sessionStorage.getItem("press"))?.click();
  sessionStorage.removeItem("press");
}

// What the browser lets a page of this origin read.
async function byHand(authority, clientId) {
  const read = (path, body) => fetch(`${authority}${path}`, body && { method: "POST", body }).then(
    async (answer) => `${answer.status} ${Object.keys(await answer.json()).sort().slice(0, 2).join(", ")}`,
    (error) => String(error),
  );
  const form = new URLSearchParams({ grant_type: "refresh_token", client_id: clientId, refresh_token: "x" });
  say({
    "the discovery document": await read("/v2.0/.well-known/openid-configuration"),
    "the keys": await read("/discovery/v2.0/keys"),
    "the token endpoint": await read("/oauth2/v2.0/token", form),
    "client credentials": await fetch(`${authority}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "client_credentials", client_id: clientId, scope: "https://graph.microsoft.com/.default" }),
    }).then(async (answer) => (await answer.json()).error_description, String),
    "the token endpoint, by a request that asks first": await fetch(`${authority}/oauth2/v2.0/token`, {
      method: "POST", body: form, headers: { "x-client-SKU": "msal.js.browser" },
    }).then((answer) => String(answer.status), String),
  });
}

// Whether a frame of another site has its cookies here.
async function embed(url) {
  const heard = new Promise((resolve) => addEventListener("message", ({ data }) => resolve(data), { once: true }));
  document.body.append(Object.assign(document.createElement("iframe"), { src: url }));
  say(await heard);
}

start().catch(refuse);
