#!/usr/bin/env bash
# The story of Microsoft's page on authentication for machine learning, from the first command to the last token:
# an identity for automation, a workspace shared with it, somebody who may only look, roles of one's own.
#
# `doorward up` runs, its administrator is signed in, and its variables are set (README.md). Everything that is not
# our command line is a client that nobody changed. Wants: STORY (this directory), PAGE (the page's programs),
# PYTHON_ML and PYTHON (their environments), NODE_MODULES and GSON.
set -euo pipefail

tell() { printf '\n=== %s\n' "$1"; }
field() { sed -n "s/^ *\"$2\": \"\(.*\)\",\{0,1\}$/\1/p" "$1"; }
# Makes a service principal with one role at the workspace; prints its application id.
principal() { doorward ad sp create-for-rbac --name "$1" --role "$2" --scopes "$workspace" --query appId --output tsv; }
# One plain request to Resource Manager as somebody: status, then body. A refusal is an answer, too.
ask() { doorward run --quiet --offline --as "$1" -- bash "$STORY/rest.sh" "${@:2}"; }

tell "1 an identity for automation"
doorward ad sp create-for-rbac --sdk-auth --name ml-auth > ml-auth.json
client=$(field ml-auth.json clientId)
secret=$(field ml-auth.json clientSecret)
tenant=$(field ml-auth.json tenantId)
group=/subscriptions/$(field ml-auth.json subscriptionId)/resourceGroups/ml-rg
workspace=$group/providers/Microsoft.MachineLearningServices/workspaces/ml-example
sed 's/"clientSecret": ".*"/"clientSecret": "{secret}"/' ml-auth.json

tell "2 its object id"
doorward ad sp show --id "$client" --query '{id: id, appId: appId, displayName: displayName}'
object=$(doorward ad sp show --id "$client" --query id --output tsv)

tell "3 it may do nothing yet"
doorward run --quiet --offline --as "$client" -- "$PYTHON_ML" "$STORY/details.py" || echo "left with $?"

tell "4 the workspace is shared with it"
doorward ml workspace share -w ml-example -g ml-rg --user "$object" --role owner

tell "5 it reads the workspace by azureml-core"
doorward run --quiet --offline --as "$client" -- "$PYTHON_ML" "$STORY/details.py"

tell "6 a reader reads it by azureml-core"
reader=$(principal ml-story-reader Reader)
doorward run --quiet --offline --as "$reader" -- "$PYTHON_ML" "$STORY/details.py"

tell "7 a reader is refused its removal by azureml-core"
doorward run --quiet --offline --as "$reader" -- "$PYTHON_ML" "$STORY/delete.py" || echo "left with $?"

tell "8 and by plain REST"
ask "$reader" DELETE "$workspace"

tell "9 why, and what would cure it"
doorward role explain --assignee "$reader" --action Microsoft.MachineLearningServices/workspaces/delete --scope "$workspace"

tell "10 two roles of one's own"
for role in data-scientist automation; do
    sed "s|WORKSPACE|$workspace|" "$STORY/$role.json" > "$role.json"
    doorward role definition create --role-definition "@$role.json" --query '{roleName: roleName, permissions: permissions}'
done
scientist=$(principal ml-story-scientist "Data Scientist Custom")
automation=$(principal ml-story-automation "Compute Automation")
compute=$workspace/computes/story-ci
body='{"location":"eastus2","properties":{"computeType":"ComputeInstance","properties":{"vmSize":"STANDARD_DS3_V2"}}}'

tell "11 the scientist may not make a compute instance"
ask "$scientist" PUT "$compute" "$body"

tell "12 the automation may"
ask "$automation" PUT "$compute" "$body"

tell "13 the scientist may use it"
ask "$scientist" POST "$compute/applicationaccess"

tell "14 the automation may not"
ask "$automation" POST "$compute/applicationaccess"

tell "15 the scientist may not remove it"
ask "$scientist" DELETE "$compute?underlyingResourceAction=Delete"

tell "16 the automation may"
ask "$automation" DELETE "$compute?underlyingResourceAction=Delete"

tell "17 it is gone"
ask "$automation" GET "$compute"

ln -sfn "$NODE_MODULES" node_modules
for program in node.js python.py Page.java; do
    sed "s/your-tenant-id/$tenant/; s/your-client-id/$client/; s/your-client-secret/$secret/" "$PAGE/$program" > "$program"
done
number=18
for program in "node node.js" "$PYTHON python.py" "java --class-path $GSON Page.java"; do
    tell "$number the page's ${program##* }: its token reads the workspace by plain REST"
    doorward run --quiet --offline -- bash "$STORY/read.sh" "$workspace" "$program"
    number=$((number + 1))
done
