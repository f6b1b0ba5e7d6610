"""Prints the user, environment, command and health check of an image as assignments for bash.

usage: python3 .ci/image.py FILE   # FILE: the output of `buildah inspect --type image`
"""

import json
import shlex
import sys


def array(name: str, words: list[str]) -> str:
    return f"{name}=({' '.join(shlex.quote(word) for word in words)})"


config = json.load(open(sys.argv[1]))["Docker"]["config"]
kind, *check = config["Healthcheck"]["Test"]
assert kind == "CMD", kind
print(f"IMAGE_USER={shlex.quote(config['User'])}")
print(array("IMAGE_ENV", config["Env"]))
print(array("IMAGE_ENTRYPOINT", config["Entrypoint"]))
print(array("IMAGE_CMD", config["Cmd"]))
print(array("IMAGE_HEALTHCHECK", check))
