// Fetches every address with one of Node.js's clients. Arguments: the client's name, the addresses.

import { get } from "node:https";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const clients = {
  https: (url) => new Promise((resolve, reject) => {
    get(url, (answer) => text(answer).then((body) => resolve([answer.statusCode, body]), reject)).on("error", reject);
  }),
  fetch: async (url) => {
    const answer = await fetch(url);
    return [answer.status, await answer.text()];
  },
  // The one that adal-node brings along; NODE_MODULES names the directory in which it was installed.
  axios: async (url) => {
    const ours = createRequire(`${process.env.NODE_MODULES}/`);
    const axios = createRequire(ours.resolve("adal-node"))("axios");
    const answer = await axios.get(url, { validateStatus: () => true, responseType: "text", transformResponse: (body) => body });
    return [answer.status, answer.data];
  },
};

const [name, ...urls] = process.argv.slice(2);
for (const url of urls) {
  try {
    const [status, body] = await clients[name](url);
    console.log(`${status} ${body.split(/\s+/).join(" ")}`);
  } catch (error) {
    const reason = error.cause ?? error;
    console.log(`refused: ${reason.code} ${reason.message}`);
  }
}
