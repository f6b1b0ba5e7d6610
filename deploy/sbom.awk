# Writes the list of the crates in the binary (SBOM) as CycloneDX 1.6, from Cargo.lock and two outputs of `cargo tree`:
#
#   show() { cargo tree --prefix depth --format "$(printf '\t{p}\t{l}\t')" "$@"; }
#   show --edges normal,no-proc-macro >tree
#   show --edges normal,build --depth 1 --invert utoipa-swagger-ui-vendored >embedded
#   awk -f sbom.awk Cargo.lock tree embedded
#
# `embedded` names a build dependency whose content gets into the binary, and the crates that depend on it. The Dockerfile
# runs this in the stage that builds the binary, which has no other language than awk. It ends with an error for a crate
# without a checksum of crates.io. The document has no time and no random id: the same sources have the same document.
BEGIN { FS = "\t" }

function fail(reason) { print "sbom.awk: " reason >"/dev/stderr"; failed = 1; exit 1 }
function text(value) { gsub(/\\/, "\\\\", value); gsub(/"/, "\\\"", value); return "\"" value "\"" }

function licence(expression) {
  if (expression == "") return ""
  # Old manifests write a slash for OR.
  gsub(/ *\/ */, " OR ", expression)
  return ",\"licenses\":[{\"expression\":" text(expression) "}]"
}

function component(ref, kind, more) {
  return "{\"type\":\"" kind "\",\"bom-ref\":" text(ref) ",\"name\":" text(name[ref]) ",\"version\":" \
    text(version[ref]) more licence(license[ref]) "}"
}

function library(ref,   escaped) {
  if (checksum[ref] == "") fail(ref " has no checksum of crates.io in Cargo.lock")
  escaped = version[ref]
  gsub(/\+/, "%2B", escaped)
  return component(ref, "library", ",\"scope\":\"required\",\"hashes\":[{\"alg\":\"SHA-256\",\"content\":" \
    text(checksum[ref]) "}],\"purl\":" text("pkg:cargo/" name[ref] "@" escaped))
}

function depend(from, to) {
  if ((from, to) in is_known) return
  is_known[from, to] = 1
  edges[from] = edges[from] (edges[from] == "" ? "" : ",") text(to)
}

# Cargo.lock: blocks of lines such as `name = "serde"`.
FILENAME == ARGV[1] {
  split($0, quoted, "\"")
  if (/^name = /) { locked = quoted[2]; is_official = 0 }
  if (/^version = /) locked = locked "@" quoted[2]
  if (/^source = "registry\+https:\/\/github\.com\/rust-lang\/crates\.io-index"$/) is_official = 1
  if (/^checksum = / && is_official) checksum[locked] = quoted[2]
  next
}

# A line of a tree: depth, `name vVersion (remarks)`, licence, and a mark if the dependencies were shown before.
NF < 4 { next }
{
  depth = $1 + 0
  split($2, words, " ")
  ref = path[depth] = words[1] "@" substr(words[2], 2)
  if (!(ref in name)) {
    name[ref] = words[1]; version[ref] = substr(words[2], 2); license[ref] = $3
    order[++count] = ref
  }
}
FILENAME == ARGV[2] && depth > 0 { depend(path[depth - 1], ref) }
# The inverted tree has the dependency above the crate that depends on it.
FILENAME == ARGV[3] && depth > 0 { depend(ref, path[depth - 1]); embedded++ }

END {
  if (failed) exit 1
  if (count < 2 || !embedded) fail("a tree is empty")
  libraries = graph = ""
  for (i = 1; i <= count; i++) {
    if (i > 1) libraries = libraries (i > 2 ? ",\n" : "") library(order[i])
    graph = graph (i > 1 ? ",\n" : "") "{\"ref\":" text(order[i]) ",\"dependsOn\":[" edges[order[i]] "]}"
  }
  print "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"version\":1,"
  print "\"metadata\":{\"component\":" component(order[1], "application", "") "},"
  print "\"components\":[\n" libraries "\n],"
  print "\"dependencies\":[\n" graph "\n]}"
}
