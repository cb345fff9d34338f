#!/usr/bin/env bash
# One plain request to Resource Manager by the identity of a run: the body, and below it the status.
# Arguments: method, path, body.
set -euo pipefail

token=$(curl --silent --show-error --fail "https://login.microsoftonline.com/$AZURE_TENANT_ID/oauth2/token" \
    --data grant_type=client_credentials --data-urlencode "client_id=$AZURE_CLIENT_ID" \
    --data-urlencode "client_secret=$AZURE_CLIENT_SECRET" --data-urlencode resource=https://management.azure.com/ |
    sed 's/.*"access_token":"\([^"]*\)".*/\1/')
path=$2 version=api-version=2020-08-01
request=(--request "$1" --header "Authorization: Bearer $token")
[ $# -lt 3 ] || request+=(--header "Content-Type: application/json" --data "$3")
case $path in *\?*) path="$path&$version" ;; *) path="$path?$version" ;; esac
curl --silent --show-error "${request[@]}" --write-out '\n%{http_code}\n' "https://management.azure.com$path"
