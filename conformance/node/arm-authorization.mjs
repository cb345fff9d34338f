// @azure/arm-authorization as anybody's program has it: a credential, a subscription, no option.

import { text } from "node:stream/consumers";
import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { DefaultAzureCredential } from "@azure/identity";

const here = JSON.parse(await text(process.stdin));
const { group, workspace } = here;
const subscription = `/subscriptions/${here.subscription}`;
const client = new AuthorizationManagementClient(new DefaultAzureCredential(), here.subscription);
const { roleAssignments: assignments, roleDefinitions: roles } = client;
const OPERATOR = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/e503ece1-11d0-4e8e-8e2c-7a6c3bf38815`;

// Makes a call. `holds`: what must be true of the answer. `fails`: what the person must read. Resolves to the answer.
async function step(name, call, { holds, fails } = {}) {
  const complaints = [];
  let answer, shown;
  try {
    answer = await call();
    shown = JSON.stringify(answer ?? null, null, 1);
    if (fails !== undefined) complaints.push(`it should fail, and say ${fails}`);
    else if (holds && !holds(answer)) complaints.push("the answer isn't the right one");
  } catch (error) {
    shown = `${error.name}: ${error.statusCode} ${error.code}: ${error.message}`;
    if (fails === undefined) complaints.push("it should not fail");
    else if (!shown.includes(fails)) complaints.push(`the person doesn't see ${fails}`);
  }
  process.stdout.write(JSON.stringify({ name, shown, complaints }) + "\n");
  return answer;
}

async function all(items) {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}

const custom = (roleName, description) => ({
  roleName, description, assignableScopes: [group],
  permissions: [{ actions: ["*"], notActions: ["Microsoft.MachineLearningServices/workspaces/*/delete"] }],
});
// Of a list of assignments, who has what where.
const known = new Map(["owner", "reader", "team"].map((name) => [here[name], name]));
const given = new Map([[here.role, "the judge's role"], ["8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"],
  ["18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"],
  ["acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader"], [OPERATOR.split("/").at(-1), "AzureML Compute Operator"]]);
async function told(items) {
  const line = ({ principalId, scope, roleDefinitionId }) => {
    const role = roleDefinitionId.split("/").at(-1);
    return `${known.get(principalId) ?? "somebody"} at ${scope}: ${given.get(role) ?? role}`;
  };
  return (await all(items)).map(line).sort();
}
const has = (found, who) => found.some((line) => line.startsWith(`${who} at `));

async function asOwner() {
  await step("roles: how many there are", async () => (await all(roles.list(subscription))).length > 300,
    { holds: (many) => many });
  await step("roles: by a name in lower case", () => all(roles.list(group, { filter: "roleName eq 'contributor'" })),
    { holds: (found) => found.length === 1 });
  const made = await step("roles: make one", () => roles.createOrUpdate(group, here.role, custom("Judged by Node.js", "Made by a judge")));
  await step("roles: change it", () => roles.createOrUpdate(group, here.role, custom("Judged by Node.js", "Changed by a judge")));
  await step("roles: read it", () => roles.get(group, here.role), { holds: (role) => role.description === "Changed by a judge" });
  await step("roles: another of that name", () => roles.createOrUpdate(group, here["other role"], custom("Judged by Node.js", "")),
    { fails: "RoleDefinitionWithSameNameExists" });

  const parameters = { roleDefinitionId: made?.id, principalId: here.reader, principalType: "ServicePrincipal" };
  const first = await step("assignments: make one", () => assignments.create(workspace, here.assignment, parameters));
  await step("assignments: the same under another name", () => assignments.create(workspace, here["other assignment"], parameters),
    { fails: "RoleAssignmentExists" });
  const nobodys = { roleDefinitionId: OPERATOR, principalId: here.nothing };
  await step("assignments: to nobody", () => assignments.create(workspace, here["other assignment"], nobodys),
    { fails: "PrincipalNotFound" });
  await step("assignments: of a group, above and below", () => told(assignments.listForScope(group)),
    { holds: (found) => has(found, "reader") });
  await step("assignments: of a group and above", () => told(assignments.listForScope(group, { filter: "atScope()" })),
    { holds: (found) => !has(found, "reader") });
  await step("assignments: of one principal", () => told(assignments.listForSubscription({ filter: `principalId eq '${here.reader}'` })),
    { holds: (found) => found.length === 2 });
  await step("assignments: by its id", () => assignments.getById(first.id), { holds: (found) => found.scope === workspace });
  await step("roles: remove one that is given to somebody", () => roles.delete(group, here.role),
    { fails: "RoleDefinitionHasAssignments" });
  await step("assignments: remove one", () => assignments.delete(workspace, here.assignment),
    { holds: (gone) => gone.id === first.id });
  await step("assignments: remove one that isn't there", () => assignments.deleteById(first.id));
  await step("roles: remove one", () => roles.delete(group, here.role), { holds: (gone) => gone.id === made.id });
  await step("permissions at a group", () => all(client.permissions.listForResourceGroup("ml-rg")),
    { holds: (found) => found[0].actions[0] === "*" });
  await step("deny assignments", () => all(client.denyAssignments.list()),
    { holds: (found) => found.length === 0 });
}

async function asReader() {
  const parameters = { roleDefinitionId: OPERATOR, principalId: here.reader };
  const own = { filter: `principalId eq '${here.reader}'` };
  await step("a reader lists assignments where they may", () => told(assignments.listForScope(workspace, own)),
    { holds: (found) => found.length === 1 });
  await step("a reader gives themselves a role", () => assignments.create(workspace, here.assignment, parameters),
    { fails: "AuthorizationFailed" });
  await step("a reader makes a role", () => roles.createOrUpdate(workspace, here.role, { ...custom("Mine", ""), assignableScopes: [workspace] }),
    { fails: "AuthorizationFailed" });
}

await (process.argv.includes("reader") ? asReader() : asOwner());
