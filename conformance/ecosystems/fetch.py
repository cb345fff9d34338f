"""Fetches every address with one of Python's clients. Arguments: the client's name, the addresses.

Like every program here it prints a line for each: `STATUS BODY`, or `refused: REASON`.
"""

import asyncio
import sys
import urllib.error
import urllib.request


def by_requests(url):
    import requests
    answer = requests.get(url, timeout=20)
    return answer.status_code, answer.text


def by_httpx(url):
    import httpx
    answer = httpx.get(url, timeout=20)
    return answer.status_code, answer.text


def by_aiohttp(url):
    import aiohttp

    async def get():
        # Without trust_env it doesn't look at proxy variables.
        async with aiohttp.ClientSession(trust_env=True) as session, session.get(url) as answer:
            return answer.status, await answer.text()

    return asyncio.run(get())


def by_urllib(url):
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


get = {"requests": by_requests, "httpx": by_httpx, "aiohttp": by_aiohttp, "urllib": by_urllib}[sys.argv[1]]
for url in sys.argv[2:]:
    try:
        status, body = get(url)
        print(status, " ".join(body.split()), flush=True)
    except Exception as error:  # whatever a client raises is its answer
        print("refused:", " ".join(str(error).split()), flush=True)
