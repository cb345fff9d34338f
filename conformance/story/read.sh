#!/usr/bin/env bash
# Runs one of the page's programs, takes the token out of what it prints, and reads a workspace with it.
# Arguments: the workspace, the program.
set -euo pipefail

token=$($2 | grep --only-matching --extended-regexp 'eyJ[[:alnum:]_-]+\.eyJ[[:alnum:]_-]+\.[[:alnum:]_-]+' | head -1)
curl --silent --show-error --header "Authorization: Bearer $token" --write-out '\n%{http_code}\n' \
    "https://management.azure.com$1?api-version=2020-08-01"
