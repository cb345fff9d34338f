# Fetches every address with openssl s_client, the request by hand.
for url in "$@"; do
    rest=${url#https://}
    host=${rest%%/*} path=/${rest#*/}
    name=${host%%:*}
    [ "$host" != "$name" ] || host=$host:443
    said=$(printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$path" "$name" | timeout 20 openssl s_client -quiet \
        -verify_return_error -verify_hostname "$name" -servername "$name" -connect "$host" 2>errors | tr -d '\r')
    if [[ $said == HTTP/1.* ]]; then
        status=${said#* }
        echo "${status%% *} $(echo "${said#*$'\n\n'}" | tr '\n' ' ')"
    else
        echo "refused: $(tr '\n' ' ' <errors)"
    fi
done
