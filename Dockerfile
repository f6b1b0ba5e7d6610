# The service in a container: built with TLS to PostgreSQL, run without root and with a read-only root file system.
# docs/operations.md says how to run it. PROFILE=dev builds faster and runs slower: to try things, not to ship.
ARG RUST_IMAGE=docker.io/library/rust:1.95-slim-bookworm
ARG RUNTIME_IMAGE=docker.io/library/debian:bookworm-slim

# The toolchain and what C libraries are built with; libssl-dev is for libpq alone.
FROM ${RUST_IMAGE} AS toolchain
# Debian's updates of these packages are wanted as they come.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends gcc libc6-dev libssl-dev make pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# Nobody debugs an image that was built to try things.
ENV CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0 CARGO_TERM_COLOR=never

# Every dependency, behind a package that holds nothing: built anew only when Cargo.toml or Cargo.lock change.
FROM toolchain AS dependencies
ARG PROFILE=release
COPY Cargo.toml Cargo.lock ./
RUN mkdir api \
 && echo 'fn main() {}' >api/main.rs \
 && touch api/lib.rs \
 && cargo build --locked --profile "${PROFILE}" --features pg-tls --bin todokede \
 && rm -r api

FROM dependencies AS build
ARG PROFILE=release
COPY migrations migrations
COPY api api
# Cargo goes by times, and the sources may be older than the stand-ins above.
RUN touch api/lib.rs api/main.rs \
 && cargo build --locked --profile "${PROFILE}" --features pg-tls --bin todokede \
 && install -D --mode=0755 target/*/todokede /out/todokede

FROM ${RUNTIME_IMAGE}
# Debian's updates of these packages are wanted as they come.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates libssl3 \
 && rm -rf /var/lib/apt/lists/* \
 && install --directory --owner=10001 --group=10001 --mode=0750 /data
COPY --from=build /out/todokede /usr/local/bin/todokede
# Only /data is written to.
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
