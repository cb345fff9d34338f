// Does Node.js, trusting one CA, accept a server under a given name? CA.pem PORT NAME.

import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { checkServerIdentity, connect } from "node:tls";

const [ca, port, name] = process.argv.slice(2);
const options = { host: "127.0.0.1", port: Number(port), ca: readFileSync(ca) };
if (!isIP(name)) options.servername = name;
options.checkServerIdentity = (_, certificate) => checkServerIdentity(name, certificate);
const socket = connect(options, () => {
  console.log("accepted");
  socket.destroy();
});
socket.on("error", (error) => {
  console.log(`refused: ${error.code} ${error.message}`);
  process.exitCode = 1;
});
