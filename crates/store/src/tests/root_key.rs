//! The root key, and the lock of a data folder.

use std::sync::atomic::{AtomicU8, Ordering};

use domain::ids::{AgentId, DestinationId, Randomness};

use super::*;
use crate::*;

/// Bytes that a test can foretell, never the same twice.
#[derive(Debug, Default)]
struct Counting(AtomicU8);

impl Randomness for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.iter_mut().for_each(|byte| *byte = self.0.fetch_add(1, Ordering::Relaxed));
    }
}

#[test]
fn a_root_key_is_made_once_and_only_its_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/root.key");
    let random = Counting::default();
    let made = RootKey::load_or_make(&path, &random).unwrap();
    let again = RootKey::load_or_make(&path, &random).unwrap();
    assert_eq!(made.derive(Purpose::SessionKey).reveal(), again.derive(Purpose::SessionKey).reveal());
    assert_ne!(made.derive(Purpose::SessionKey).reveal(), made.derive(Purpose::Affinity).reveal());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(format!("{made:?} {:?}", made.derive(Purpose::AtRest)), "RootKey(1 keys) DerivedKey(…)");

    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = RootKey::load(&path).unwrap_err().to_string();
    assert!(error.contains("chmod 600"), "{error}");
}

#[test]
fn what_is_no_root_key_is_refused_with_a_cure() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.key");
    let error = RootKey::load(&path).unwrap_err().to_string();
    assert!(error.contains("openssl rand -hex 32"), "{error}");
    for content in ["", "# only a comment\n", "abc\n", &"g".repeat(64), &"ä".repeat(32)] {
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let error = RootKey::load(&path).unwrap_err().to_string();
        assert!(error.contains("64 hexadecimal digits"), "{content}: {error}");
    }
}

#[test]
fn a_sealed_secret_opens_only_in_its_place_and_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let random = Counting::default();
    let key = RootKey::load_or_make(&folder.path().join("a"), &random).unwrap();
    let sealed = key.seal("here", b"JBSWY3DP", &random);
    assert_eq!(key.open("here", &sealed).unwrap().as_slice(), b"JBSWY3DP");
    assert_ne!(sealed, key.seal("here", b"JBSWY3DP", &random), "never the same twice");
    assert!(matches!(key.open("there", &sealed), Err(Error::Broken { .. })));
    for n in 0..sealed.reveal().len() {
        let mut bytes = sealed.reveal().as_bytes().to_vec();
        bytes[n] = if bytes[n] == b'A' { b'B' } else { b'A' };
        let changed = domain::secret::Secret(String::from_utf8(bytes).unwrap());
        assert!(key.open("here", &changed).is_err(), "byte {n}");
    }
    let other = RootKey::load_or_make(&folder.path().join("b"), &random).unwrap();
    let error = other.open("here", &sealed).unwrap_err().to_string();
    assert!(error.contains("add its line again"), "{error}");
}

#[tokio::test]
async fn after_a_rotation_old_secrets_open_and_are_sealed_anew() {
    for f in fixtures().await {
        let (workspace, ann): (_, AgentId) = (f.workspace, id());
        let folder = tempfile::tempdir().unwrap();
        let (path, random) = (folder.path().join("root.key"), Counting::default());
        let mut key = RootKey::load_or_make(&path, &random).unwrap();
        let place = RootKey::totp_place(workspace, ann);
        let sealed = key.seal(&place, b"JBSWY3DP", &random);
        let credential = Credential {
            agent: ann,
            login: "ann".into(),
            password_hash: "x".to_owned().into(),
            totp: Some(sealed.clone()),
            totp_step: Some(5),
            must_change: false,
            changed_at: NOON,
        };
        f.write(move |tx| {
            let credential = credential.clone();
            Box::pin(async move { tx.save_credential(workspace, &credential).await })
        })
        .await;
        let before = key.derive(Purpose::SessionKey);
        assert_eq!(f.store.reseal(&key, &random).await.unwrap(), 0, "nothing to do");

        key.rotate(&path, &random).unwrap();
        assert_ne!(key.derive(Purpose::SessionKey).reveal(), before.reveal());
        assert_eq!(key.derive_all(Purpose::SessionKey)[1].reveal(), before.reveal(), "still verified");
        assert_eq!(RootKey::load(&path).unwrap().open(&place, &sealed).unwrap().as_slice(), b"JBSWY3DP");
        assert_eq!(f.store.reseal(&key, &random).await.unwrap(), 1);
        assert_eq!(f.store.reseal(&key, &random).await.unwrap(), 0);

        // The old line is removed by hand: the secret still opens.
        let text = std::fs::read_to_string(&path).unwrap();
        let without: Vec<&str> = text.lines().take(2).collect();
        std::fs::write(&path, without.join("\n")).unwrap();
        let stored = f.store.credential_of(workspace, ann).await.unwrap().unwrap();
        assert_eq!(RootKey::load(&path).unwrap().open(&place, &stored.totp.unwrap()).unwrap().as_slice(), b"JBSWY3DP");
        assert_eq!(stored.totp_step, Some(5));
    }
}

#[tokio::test]
async fn destinations_secrets_are_sealed_anew_too() {
    for f in fixtures().await {
        let (workspace, destination): (_, DestinationId) = (f.workspace, id());
        let folder = tempfile::tempdir().unwrap();
        let (path, random) = (folder.path().join("root.key"), Counting::default());
        let mut key = RootKey::load_or_make(&path, &random).unwrap();
        let place = RootKey::destination_secret_place(workspace, destination, 1);
        let secret = DestinationSecret { number: 1, sealed: key.seal(&place, b"whsec_x", &random), created_at: NOON, until: None };
        f.write(move |tx| {
            let secret = secret.clone();
            Box::pin(async move { tx.add_destination_secret(workspace, destination, &secret, NOON).await })
        })
        .await;
        key.rotate(&path, &random).unwrap();
        assert_eq!(f.store.reseal(&key, &random).await.unwrap(), 1);
        assert_eq!(f.store.reseal(&key, &random).await.unwrap(), 0);
        let text = std::fs::read_to_string(&path).unwrap();
        let without: Vec<&str> = text.lines().take(2).collect();
        std::fs::write(&path, without.join("\n")).unwrap();
        let stored = f.store.snapshot().await.unwrap().destination_secrets(workspace, destination).await.unwrap();
        assert_eq!(RootKey::load(&path).unwrap().open(&place, &stored[0].sealed).unwrap().as_slice(), b"whsec_x");
    }
}

#[tokio::test]
async fn a_data_folder_in_use_is_refused_until_it_is_closed() {
    let f = sqlite().await;
    let error = Store::open(f.options.clone()).await.unwrap_err();
    assert!(matches!(&error, Error::Refused(sentence) if sentence.contains("another process uses the data folder")), "{error}");
    let beside = Store::open(Options { exclusive: false, ..f.options.clone() }).await.unwrap();
    assert_eq!(beside.workspaces().await.unwrap().len(), 1, "short work beside a running server");
    beside.close().await;
    f.store.close().await;
    Store::open(f.options.clone()).await.unwrap().close().await;
}
