"""Checks the list of crates (SBOM) of an image: the schema of CycloneDX, and the crates against cargo and Cargo.lock.

usage: .ci/sbom.py FILE   # in the folder of Cargo.toml, with the Python that has requirements.txt
"""

import json
import re
import subprocess
import sys
import tomllib

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from license_expression import get_spdx_licensing

FEATURES = ["--features", "pg-tls"]
# Swagger UI: a build dependency whose content is in the binary.
EMBEDDED = "utoipa-swagger-ui-vendored"


def cargo(*arguments: str) -> str:
    command = ["cargo", *arguments, "--locked", "--offline", *FEATURES]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def in_tree() -> set[tuple[str, str]]:
    """The names and versions of the crates that are linked into the binary on this machine."""
    lines = cargo("tree", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}").splitlines()
    return {(words[0], words[1].removeprefix("v")) for words in (line.split() for line in lines) if words}


def possible_edges(names: dict[str, tuple[str, str]], resolve: dict) -> set[tuple]:
    """The dependencies that `cargo metadata` knows. It has more than the binary: for the tests, and for every feature that
    any of the dependents wants."""
    found = set()
    for node in resolve["nodes"]:
        for dependency in node["deps"]:
            crate = names[dependency["pkg"]]
            if crate[0] == EMBEDDED or any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                found.add((names[node["id"]], crate))
    return found


def reachable(edges: set[tuple], start: tuple[str, str]) -> set[tuple[str, str]]:
    found, waiting = {start}, [start]
    while waiting:
        crate = waiting.pop()
        new = {to for of, to in edges if of == crate} - found
        found |= new
        waiting += new
    return found


def host() -> str:
    lines = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout.splitlines()
    return next(line.removeprefix("host: ") for line in lines if line.startswith("host: "))


def differences(document: dict) -> list[str]:
    """What the document says differently from cargo."""
    metadata = json.loads(cargo("metadata", "--format-version", "1", "--filter-platform", host()))
    ids = {package["id"]: (package["name"], package["version"]) for package in metadata["packages"]}
    component = document["metadata"]["component"]
    service = (component["name"], component["version"])
    crates = {(crate["name"], crate["version"]): crate for crate in document["components"]}
    names = {crate["bom-ref"]: key for key, crate in crates.items()} | {component["bom-ref"]: service}
    edges = {(names[node["ref"]], names[to]) for node in document["dependencies"] for to in node["dependsOn"]}
    expected = in_tree() | {crate for crate in ids.values() if crate[0] == EMBEDDED}
    found = [f"{crate} is in one list only" for crate in set(names.values()) ^ expected]
    found += [f"{edge} is no dependency" for edge in edges - possible_edges(ids, metadata["resolve"])]
    found += [f"nothing depends on {crate}" for crate in set(names.values()) - reachable(edges, service)]
    if len(crates) != len(document["components"]):
        found.append("a crate is listed twice")
    return found + wrong_components(crates, metadata["packages"])


def wrong_components(crates: dict[tuple[str, str], dict], packages: list[dict]) -> list[str]:
    """Crates whose hash, URL or licence is not that of Cargo.lock or of their manifest."""
    locked = {
        (package["name"], package["version"]): package.get("checksum")
        for package in tomllib.load(open("Cargo.lock", "rb"))["package"]
    }
    licences = {(package["name"], package["version"]): package["license"] for package in packages}
    found = []
    for (name, version), crate in crates.items():
        if crate["hashes"] != [{"alg": "SHA-256", "content": locked.get((name, version))}]:
            found.append(f"{name}: the hash is not that of Cargo.lock")
        if crate["purl"] != f"pkg:cargo/{name}@{version.replace('+', '%2B')}":
            found.append(f"{name}: {crate['purl']}")
        (expression,) = (licence["expression"] for licence in crate["licenses"])
        # Old manifests write a slash for OR.
        if expression != re.sub(" */ *", " OR ", licences.get((name, version)) or ""):
            found.append(f"{name}: the licence is not that of its manifest")
        if get_spdx_licensing().validate(expression).errors:
            found.append(f"{name}: {expression} is no expression of SPDX")
    return found


def main(path: str) -> None:
    content = open(path, encoding="utf-8").read()
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(content)
    if error is not None:
        sys.exit(f"the SBOM is no CycloneDX: {error}")
    document = json.loads(content)
    found = differences(document)
    if found:
        sys.exit("\n".join(["the SBOM differs from cargo:", *found]))
    print(f"the SBOM lists {len(document['components'])} crates")


main(sys.argv[1])
