//! Passwords: Argon2id, a few at a time, off the threads that answer requests.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _},
};
use domain::secret::Secret;
use tokio::sync::Semaphore;

use crate::{App, Error, ErrorKind, Result};

/// The fewest characters of a password.
pub const PASSWORD_CHARACTERS: usize = 12;
/// The most bytes: hashing reads all of them.
const PASSWORD_BYTES: usize = 1024;
/// Hashes computed at once: each takes its memory and a core.
const AT_ONCE: usize = 2;
/// Askers who may wait for their turn; more are told to come again.
const WAITING: usize = 64;

/// What hashing needs on this server.
#[derive(Debug)]
pub(crate) struct Hashing {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// The hash of a password that nobody has, so that an unknown login takes as long as a wrong password.
    nobody: OnceLock<Secret>,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)), waiting: AtomicUsize::new(0), nobody: OnceLock::new() }
    }
}

fn argon2(memory_kib: u32) -> Result<Argon2<'static>> {
    // Two passes, one lane: OWASP's parameters for 19 MiB.
    let params = Params::new(memory_kib, 2, 1, None).map_err(|error| Error::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Fails with a sentence unless it may be somebody's password.
pub(crate) fn check(property: &'static str, password: &Secret) -> Result<()> {
    let password = password.reveal();
    if password.chars().count() < PASSWORD_CHARACTERS {
        return Err(Error::invalid(property, format!("a password has at least {PASSWORD_CHARACTERS} characters")));
    }
    if password.len() > PASSWORD_BYTES {
        return Err(Error::invalid(property, format!("a password has at most {PASSWORD_BYTES} bytes")));
    }
    Ok(())
}

impl App {
    /// Runs work that costs what a hash costs.
    async fn hashing<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        struct Leaves<'a>(&'a AtomicUsize);
        impl Drop for Leaves<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }
        let hashing = &self.inner.hashing;
        let waits = hashing.waiting.fetch_add(1, Ordering::Relaxed);
        let leaves = Leaves(&hashing.waiting);
        if waits >= WAITING {
            return Err(ErrorKind::TooMany.into());
        }
        let place = hashing.places.clone().acquire_owned().await.map_err(Error::internal)?;
        drop(leaves);
        tokio::task::spawn_blocking(move || {
            // Kept to the end, also when the asker goes: the work goes on all the same.
            let _place = place;
            work()
        })
        .await
        .map_err(Error::internal)?
    }

    /// A new password's hash as a PHC string, with a salt of its own.
    pub(crate) async fn hash_password(&self, password: Secret) -> Result<Secret> {
        let salt: [u8; 16] = self.random();
        let memory = self.settings().password_memory_kib;
        self.hashing(move || {
            let hash = argon2(memory)?
                .hash_password_with_salt(password.reveal().as_bytes(), &salt)
                .map_err(|error| Error::internal(error.to_string()))?;
            Ok(Secret(hash.to_string()))
        })
        .await
    }

    /// Whether it is the password; with no hash the same work is done and the answer is no.
    pub(crate) async fn verify_password(&self, password: Secret, hash: Option<Secret>) -> Result<bool> {
        // Longer ones are nobody's: they were never let in.
        if password.reveal().len() > PASSWORD_BYTES {
            return Ok(false);
        }
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => self.nobodys_hash().await?,
        };
        let memory = self.settings().password_memory_kib;
        let right = self
            // The parameters are those of the hash.
            .hashing(move || Ok(argon2(memory)?.verify_password(password.reveal().as_bytes(), hash.reveal()).is_ok()))
            .await?;
        Ok(right && known)
    }

    async fn nobodys_hash(&self) -> Result<Secret> {
        if let Some(hash) = self.inner.hashing.nobody.get() {
            return Ok(hash.clone());
        }
        let hash = self.hash_password(Secret("nobody's password".to_owned())).await?;
        Ok(self.inner.hashing.nobody.get_or_init(|| hash).clone())
    }
}
