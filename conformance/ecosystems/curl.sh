# Fetches every address with curl. Options of curl's may come before them.
options=()
while [ "${1#-}" != "$1" ]; do options+=("$1"); shift; done
for url in "$@"; do
    if said=$(curl --silent --show-error --max-time 20 "${options[@]}" --write-out '\n%{http_code}' "$url" 2>&1); then
        echo "${said##*$'\n'} $(echo "${said%$'\n'*}" | tr '\n' ' ')"
    else
        echo "refused: $(echo "$said" | tr '\n' ' ')"
    fi
done
