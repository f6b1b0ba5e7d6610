"""Reads deploy/compose.yaml as Compose would merge it and holds it against what the service is told by settings.

usage: python3 .ci/compose.py COMPOSE_FILE SETTINGS_PAGE
"""

import re
import sys

import yaml

compose = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
settings = set(re.findall(r"^\| `(\w+)`", open(sys.argv[2], encoding="utf-8").read(), re.MULTILINE))
services = compose["services"]
problems = []

for name, service in services.items():
    for variable in service.get("environment", {}):
        if variable.startswith("TODOKEDE_") and variable not in settings:
            problems.append(f"{name}: {variable} is not a setting")
    for secret in service.get("secrets", []):
        if secret not in compose["secrets"]:
            problems.append(f"{name}: the secret {secret} is not declared")
    for other in service.get("depends_on", []):
        if other not in services:
            problems.append(f"{name}: there is no service {other}")

replicas = [service for service in services.values() if service["image"].startswith("todokede:")]
if len(replicas) != 3:
    problems.append(f"{len(replicas)} services run our image, not two replicas and the migration")
for service in replicas:
    for key, value in {"read_only": True, "cap_drop": ["ALL"], "user": "10001:10001"}.items():
        if service.get(key) != value:
            problems.append(f"a replica has {key}: {service.get(key)}")

print("\n".join(problems) or f"{len(services)} services")
sys.exit(bool(problems))
