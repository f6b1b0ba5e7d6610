//! The keys that sign access tokens: Ed25519 keys in PKCS#8 PEM files. The first key signs, and all keys verify.
//! docs/operations.md describes how to replace a key.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest, Sha256};

use crate::error::Error;

/// The file of a sandbox's own key, in the data folder.
pub const SANDBOX_FILE: &str = "signing-key.pem";

/// A key pair with its public id.
pub struct NamedKey {
    /// The `kid`: the RFC 7638 thumbprint of the public key.
    pub id: String,
    pub(super) key: SigningKey,
}

impl NamedKey {
    fn new(key: SigningKey) -> Self {
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode_public(&key));
        Self { id: URL_SAFE_NO_PAD.encode(Sha256::digest(canonical.as_bytes())), key }
    }

    /// The public key as JWK member `x`.
    #[must_use]
    pub fn public_x(&self) -> String {
        encode_public(&self.key)
    }

    /// A key for messages that is derived from this key. Each purpose has another key.
    ///
    /// # Errors
    /// An internal error if the key cannot be derived.
    pub(super) fn derive(&self, purpose: &str) -> Result<Hmac<Sha256>, Error> {
        let mut master = Hmac::<Sha256>::new_from_slice(self.key.as_bytes()).map_err(Error::internal)?;
        master.update(purpose.as_bytes());
        Hmac::new_from_slice(&master.finalize().into_bytes()).map_err(Error::internal)
    }

    /// A new key.
    #[must_use]
    pub fn generate() -> Self {
        let seed: [u8; 32] = rand::random();
        Self::new(SigningKey::from_bytes(&seed))
    }
}

fn encode_public(key: &SigningKey) -> String {
    URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes())
}

/// Reads keys from PEM files, in their order.
///
/// # Errors
/// An internal error that names the file and not its content.
pub fn read(files: &[PathBuf]) -> Result<Vec<NamedKey>, Error> {
    files.iter().map(|file| read_one(file)).collect()
}

/// Refuses a key file that every user of the machine can access.
///
/// # Errors
/// An internal error that names the file.
pub fn ensure_protected(files: &[PathBuf]) -> Result<(), Error> {
    match files.iter().find(|file| is_exposed(file)) {
        None => Ok(()),
        Some(file) => Err(Error::internal(format!(
            "{0}: every user of this machine can access the signing key: run `chmod o= {0}`, and consider replacing it",
            file.display()
        ))),
    }
}

/// Whether users who are neither a file's owner nor in its group can access it. A group may have access, because
/// orchestrators give secrets to a group.
#[must_use]
pub fn is_exposed(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o007 != 0)
}

fn read_one(file: &Path) -> Result<NamedKey, Error> {
    let pem =
        fs::read_to_string(file).map_err(|error| Error::internal(format!("{}: {error}", file.display())))?;
    SigningKey::from_pkcs8_pem(&pem)
        .map(NamedKey::new)
        .map_err(|_| Error::internal(format!("{}: not an Ed25519 private key in PKCS#8 PEM", file.display())))
}

/// Reads the sandbox's key, or generates and stores one.
///
/// # Errors
/// An internal error if the file can be neither read nor created.
pub fn read_or_generate(file: &Path) -> Result<NamedKey, Error> {
    if file.exists() {
        return read_one(file);
    }
    let key = NamedKey::generate();
    let pem = key.key.to_pkcs8_pem(LineEnding::LF).map_err(|error| Error::internal(error.to_string()))?;
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut out| out.write_all(pem.as_bytes()).and_then(|()| out.sync_all()));
    written.map_err(|error| Error::internal(format!("{}: {error}", file.display())))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_every_user_of_the_machine_can_access_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pem");
        read_or_generate(&file).unwrap();
        for (mode, is_protected) in
            [(0o400, true), (0o600, true), (0o640, true), (0o604, false), (0o444, false), (0o602, false)]
        {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(ensure_protected(std::slice::from_ref(&file)).is_ok(), is_protected, "{mode:o}");
        }
    }
}
