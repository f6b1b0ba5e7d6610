# The service in a container: built with TLS to PostgreSQL, run without root and with a read-only root file system.
# docs/operations.md says how to run it. PROFILE=dev builds faster and runs slower: for trying out, not for shipping.
ARG RUST_IMAGE=docker.io/library/rust:1.95-slim-bookworm
ARG RUNTIME_IMAGE=docker.io/library/debian:bookworm-slim

# The toolchain, and the packages for building C libraries; libssl-dev is for libpq alone.
FROM ${RUST_IMAGE} AS toolchain
# The packages are not pinned, so that the image gets Debian's updates.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends gcc libc6-dev libssl-dev make pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# An image with PROFILE=dev needs no debug information.
ENV CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0 CARGO_TERM_COLOR=never

# Builds all dependencies with an empty package, so that only a change of Cargo.toml or Cargo.lock rebuilds them.
FROM toolchain AS dependencies
ARG PROFILE=release
COPY Cargo.toml Cargo.lock ./
RUN mkdir api \
 && echo 'fn main() {}' >api/main.rs \
 && touch api/lib.rs \
 && cargo build --locked --profile "${PROFILE}" --features pg-tls --bin todokede \
 && rm -r api

# The list of the crates in the binary (SBOM), from the same files and with the same feature as the binary.
FROM dependencies AS sbom
COPY deploy/sbom.awk ./
RUN mkdir api \
 && touch api/lib.rs api/main.rs \
 && show() { cargo tree --locked --offline --features pg-tls --prefix depth --format "$(printf '\t{p}\t{l}\t')" "$@"; } \
 && show --edges normal,no-proc-macro >tree \
 && show --edges normal,build --depth 1 --invert utoipa-swagger-ui-vendored >embedded \
 && awk -f sbom.awk Cargo.lock tree embedded >sbom.cdx.json

FROM dependencies AS build
ARG PROFILE=release
COPY migrations migrations
COPY api api
# Cargo compares modification times, and the sources may be older than the empty package above.
RUN touch api/lib.rs api/main.rs \
 && cargo build --locked --profile "${PROFILE}" --features pg-tls --bin todokede \
 && install -D --mode=0755 target/*/todokede /out/todokede

FROM ${RUNTIME_IMAGE}
# The packages are not pinned, so that the image gets Debian's updates.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates libssl3 \
 && rm -rf /var/lib/apt/lists/* \
 && install --directory --owner=10001 --group=10001 --mode=0750 /data
COPY --from=build /out/todokede /usr/local/bin/todokede
COPY --from=sbom /build/sbom.cdx.json /usr/share/doc/todokede/sbom.cdx.json
# The service writes to /data only.
ENV TODOKEDE_PROFILE=production \
    TODOKEDE_LISTEN=0.0.0.0:8080 \
    TODOKEDE_LOG_FORMAT=json \
    TODOKEDE_UPLOADS_DIR=/data/uploads \
    DATABASE_URL=sqlite:/data/todokede.sqlite3
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s --retries=3 CMD ["todokede", "health"]
ENTRYPOINT ["todokede"]
CMD ["serve"]
