//! The root key: 32 random bytes in a file, never in the database or a backup. Every other key is derived from it, one for each purpose.
//!
//! The file holds one key a line as 64 hexadecimal digits, the current one first. Rotation puts a new line before the others, so that what was
//! sealed or signed before can still be read; [`crate::Store::reseal`] then seals stored secrets anew, and old lines can be removed by hand.

use std::{
    fmt,
    io::Write as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use domain::{
    ids::{AgentId, DestinationId, Randomness, WorkspaceId},
    secret::Secret,
};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{
    Store,
    driver::{Sql, statements, values},
    error::{Error, Result},
    tx::Tx,
};

/// What a derived key is for. Its name is part of the derivation: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The MAC in visitors' session keys and resume tokens.
    SessionKey,
    /// Affinity tokens.
    Affinity,
    /// Tokens of signed-in agents.
    SignIn,
    /// Links to files.
    FileLink,
    /// Tokens of file requests.
    FileRequest,
    /// Cookies and tokens against cross-site requests.
    Browser,
    /// Secrets in the database.
    AtRest,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::SessionKey => "session-key",
            Self::Affinity => "affinity",
            Self::SignIn => "sign-in",
            Self::FileLink => "file-link",
            Self::FileRequest => "file-request",
            Self::Browser => "browser",
            Self::AtRest => "at-rest",
        }
    }
}

/// A key for one purpose. `Debug` shows nothing of it; it is overwritten when dropped.
#[derive(Clone)]
pub struct DerivedKey(Zeroizing<[u8; 32]>);

impl DerivedKey {
    /// Its bytes.
    pub fn reveal(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DerivedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DerivedKey(…)")
    }
}

/// The root key, with those that it replaced.
#[derive(Clone)]
pub struct RootKey {
    /// The current one first; never empty.
    keys: Vec<Zeroizing<[u8; 32]>>,
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootKey({} keys)", self.keys.len())
    }
}

impl RootKey {
    /// Reads the file.
    ///
    /// # Errors
    /// [`Error::Refused`] with a sentence that names the cure: the file is missing, cannot be read, is readable by everybody, or is no key.
    pub fn load(path: &Path) -> Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::Refused(format!(
                    "there is no root key at {}: copy it from another server of this database, or make one for a new database with \
                     `openssl rand -hex 32 > {} && chmod 600 {}`",
                    path.display(),
                    path.display(),
                    path.display()
                )));
            }
            Err(error) => return Err(Error::Refused(format!("the root key {} cannot be read: {error}", path.display()))),
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(path).map(|found| found.permissions().mode()).unwrap_or(0);
            if mode & 0o007 != 0 {
                return Err(Error::Refused(format!(
                    "everybody on this machine can read the root key {}: `chmod 600 {}`",
                    path.display(),
                    path.display()
                )));
            }
        }
        let keys = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(key_from)
            .collect::<Option<Vec<_>>>()
            .filter(|keys| !keys.is_empty())
            .ok_or_else(|| {
                Error::Refused(format!(
                    "{} is not a root key: each line must be 64 hexadecimal digits; restore it from where you keep it",
                    path.display()
                ))
            })?;
        Ok(Self { keys })
    }

    /// Reads the file, or makes it (mode 0600) if there is none.
    pub fn load_or_make(path: &Path, randomness: &dyn Randomness) -> Result<Self> {
        match path.try_exists() {
            Ok(false) => {
                let key = Self { keys: vec![new_key(randomness)] };
                key.save(path)?;
                Ok(key)
            }
            _ => Self::load(path),
        }
    }

    /// Puts a new key before the others and saves them. With several servers: copy the file to all and restart them before [`Store::reseal`].
    pub fn rotate(&mut self, path: &Path, randomness: &dyn Randomness) -> Result<()> {
        let mut next = self.clone();
        next.keys.insert(0, new_key(randomness));
        next.save(path)?;
        // What cannot be read back would only be missed at the next start.
        if Self::load(path)?.keys != next.keys {
            return Err(Error::Refused(format!("the root key {} was not written as it should be: restore it", path.display())));
        }
        *self = next;
        Ok(())
    }

    /// All at once: a crash leaves the old file or the new one.
    fn save(&self, path: &Path) -> Result<()> {
        let fail = |error: std::io::Error| Error::Refused(format!("the root key {} cannot be written: {error}", path.display()));
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        std::fs::create_dir_all(&folder).map_err(fail)?;
        let mut new = path.as_os_str().to_owned();
        new.push(".new");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new).map_err(fail)?;
        let mut text = Zeroizing::new(String::from(
            "# Switchboard's root key, the current one first. Keep a copy apart from the backups: without it nobody can sign in after a restore.\n",
        ));
        for key in &self.keys {
            for byte in key.iter() {
                text.push_str(&format!("{byte:02x}"));
            }
            text.push('\n');
        }
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fail)?;
        std::fs::rename(&new, path).map_err(fail)?;
        std::fs::File::open(&folder).and_then(|folder| folder.sync_all()).map_err(fail)
    }

    /// The current key for a purpose: to sign and seal with.
    pub fn derive(&self, purpose: Purpose) -> DerivedKey {
        derive(&self.keys[0], purpose)
    }

    /// The keys for a purpose, the current one first: to verify with.
    pub fn derive_all(&self, purpose: Purpose) -> Vec<DerivedKey> {
        self.keys.iter().map(|key| derive(key, purpose)).collect()
    }

    /// Encrypts a secret for the database, under the current key; `place` says where it is stored (`credential.totp:AGENT`), so that it opens
    /// nowhere else. The key's id is in front.
    pub fn seal(&self, place: &str, secret: &[u8], randomness: &dyn Randomness) -> Secret {
        let mut nonce = [0; 24];
        randomness.fill(&mut nonce);
        let sealed = cipher(&self.keys[0])
            .encrypt(&XNonce::from(nonce), Payload { msg: secret, aad: place.as_bytes() })
            .expect("a secret is far shorter than what the cipher can take");
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed);
        Secret(format!("{}.{}", key_id(&self.keys[0]), URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Decrypts what [`RootKey::seal`] made, with whichever key did.
    ///
    /// # Errors
    /// [`Error::Refused`] if the key that sealed it is not in the file; [`Error::Broken`] if it was changed or moved.
    pub fn open(&self, place: &str, sealed: &Secret) -> Result<Zeroizing<Vec<u8>>> {
        let broken = || Error::broken("a sealed secret");
        let (id, text) = sealed.reveal().split_once('.').ok_or_else(broken)?;
        let key = self.keys.iter().find(|key| key_id(key) == id).ok_or_else(|| {
            Error::Refused(format!(
                "a stored secret was sealed with root key {id}, which is not in the root key's file: add its line again"
            ))
        })?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| broken())?;
        let (nonce, sealed) = bytes.split_at_checked(24).ok_or_else(broken)?;
        let nonce = <[u8; 24]>::try_from(nonce).map_err(|_| broken())?;
        cipher(key).decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: place.as_bytes() }).map(Zeroizing::new).map_err(|_| broken())
    }

    /// It was sealed with the current key.
    fn is_current(&self, sealed: &Secret) -> bool {
        sealed.reveal().split_once('.').is_some_and(|(id, _)| id == key_id(&self.keys[0]))
    }

    /// Where a destination's secret is stored.
    pub fn destination_secret_place(workspace: WorkspaceId, destination: DestinationId, number: i64) -> String {
        format!("destination_secret.sealed:{workspace}:{destination}:{number}")
    }

    /// Where an agent's TOTP secret is stored, for [`RootKey::seal`] and [`RootKey::open`].
    pub fn totp_place(workspace: WorkspaceId, agent: AgentId) -> String {
        format!("credential.totp:{workspace}:{agent}")
    }
}

fn new_key(randomness: &dyn Randomness) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    randomness.fill(&mut *key);
    key
}

fn key_from(line: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    if line.len() != 64 || !line.is_ascii() {
        return None;
    }
    for (n, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&line[2 * n..2 * n + 2], 16).ok()?;
    }
    Some(key)
}

/// Eight hexadecimal digits that tell keys apart and say nothing of them.
fn key_id(key: &[u8; 32]) -> String {
    let hash = Sha256::new().chain_update(b"switchboard root key id").chain_update(key).finalize();
    hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// HKDF's expansion to one block (RFC 5869 2.3); the root key is uniform, so nothing needs to be extracted first.
fn derive(key: &[u8; 32], purpose: Purpose) -> DerivedKey {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(b"switchboard ");
    mac.update(purpose.name().as_bytes());
    mac.update(&[1]);
    DerivedKey(Zeroizing::new(mac.finalize().into_bytes().into()))
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&chacha20poly1305::Key::from(*derive(key, Purpose::AtRest).reveal()))
}

impl Store {
    /// Seals stored secrets anew that were sealed with an older root key; tells how many. Ends only when the current key alone opens them all.
    /// Safe to repeat, and while servers run.
    pub async fn reseal(&self, key: &RootKey, randomness: &dyn Randomness) -> Result<u64> {
        let mut done = 0;
        for workspace in self.workspaces().await? {
            let workspace = workspace.id;
            for row in self.borrow().await?.fetch_all(SEALED, values![workspace]).await? {
                let (agent, old): (AgentId, Secret) = (row.get(0)?, row.get(1)?);
                if key.is_current(&old) {
                    continue;
                }
                let place = RootKey::totp_place(workspace, agent);
                let new = key.seal(&place, &key.open(&place, &old)?, randomness);
                done += self
                    .write(move |tx: &mut Tx| {
                        let (old, new) = (old.clone(), new.clone());
                        Box::pin(async move { tx.execute(RESEAL, values![workspace, agent, &old, &new]).await })
                    })
                    .await?;
            }
            for (destination, number, old) in self.sealed_destination_secrets(workspace).await? {
                if key.is_current(&old) {
                    continue;
                }
                let place = RootKey::destination_secret_place(workspace, destination, number);
                let new = key.seal(&place, &key.open(&place, &old)?, randomness);
                done += self
                    .write(move |tx: &mut Tx| {
                        let new = new.clone();
                        Box::pin(async move { tx.reseal_destination_secret(workspace, destination, number, &new).await })
                    })
                    .await?;
            }
        }
        let current = RootKey { keys: vec![key.keys[0].clone()] };
        for workspace in self.workspaces().await? {
            for row in self.borrow().await?.fetch_all(SEALED, values![workspace.id]).await? {
                let (agent, sealed): (AgentId, Secret) = (row.get(0)?, row.get(1)?);
                current.open(&RootKey::totp_place(workspace.id, agent), &sealed)?;
            }
            for (destination, number, sealed) in self.sealed_destination_secrets(workspace.id).await? {
                current.open(&RootKey::destination_secret_place(workspace.id, destination, number), &sealed)?;
            }
        }
        Ok(done)
    }
}

statements! {
    SEALED = Sql::Both("SELECT agent, totp FROM credential WHERE workspace = $1 AND totp IS NOT NULL ORDER BY agent");
    // Only if nobody set another one meanwhile.
    RESEAL = Sql::Both("UPDATE credential SET totp = $4 WHERE workspace = $1 AND agent = $2 AND totp = $3");
}
