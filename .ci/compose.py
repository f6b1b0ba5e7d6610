"""Checks a Compose file: settings and references must exist, and the containers of todokede must be restricted.

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

images = [name for name, service in services.items() if service["image"].startswith("todokede:")]
if len(images) != 3:
    problems.append(f"{', '.join(images)} use the image todokede; expected: two replicas and the migration")
for name in images:
    service = services[name]
    for key, value in {"read_only": True, "cap_drop": ["ALL"], "user": "10001:10001"}.items():
        if service.get(key) != value:
            problems.append(f"{name} has {key}: {service.get(key)}; expected: {value}")
    if "ports" in service:
        problems.append(f"{name} publishes ports, so that clients can bypass the load balancer")
    if service.get("command") == ["migrate"]:
        continue
    if "healthcheck" in service:
        problems.append(f"{name} replaces the health check of the image")
    if not service["environment"].get("TODOKEDE_METRICS_LISTEN"):
        problems.append(f"{name} has no metrics")

print("\n".join(problems) or f"{len(services)} services")
sys.exit(bool(problems))
