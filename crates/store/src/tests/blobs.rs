//! Blobs.

use std::time::Duration;

use domain::ids::FileId;

use super::*;
use crate::*;

fn bytes(n: usize) -> Vec<u8> {
    (0..n).map(|i| (i * 31 % 251) as u8).collect()
}

impl Fixture {
    async fn keep(&self, bytes: &[u8], at: Timestamp) -> StoredBlob {
        let pieces = futures_util::stream::iter(bytes.chunks(10_000).map(Ok::<_, std::io::Error>));
        self.store.write_blob(self.workspace, id(), pieces, u64::MAX, at).await.unwrap()
    }

    async fn read(&self, blob: BlobId) -> Option<Vec<u8>> {
        let mut reader = self.store.blob(self.workspace, blob).await.unwrap()?;
        let mut all = vec![];
        while let Some(bytes) = reader.next().await.unwrap() {
            all.extend_from_slice(&bytes);
        }
        assert_eq!(all.len() as u64, reader.size());
        Some(all)
    }
}

#[tokio::test]
async fn a_blob_is_read_as_it_was_written_whatever_its_size() {
    for f in fixtures().await {
        for size in [0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 1_000_000] {
            let bytes = bytes(size);
            let blob = f.keep(&bytes, NOON).await;
            assert_eq!(blob.size, size as u64);
            assert_eq!(f.read(blob.id).await.unwrap(), bytes, "{size}");
        }
        // The name is the SHA-256: FIPS 180-2, appendix B.1.
        let abc = f.keep(b"abc", NOON).await;
        assert_eq!(abc.id.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(f.store.blob(id(), abc.id).await.unwrap().is_none(), "another workspace has its own");
    }
}

#[tokio::test]
async fn the_same_bytes_written_by_many_at_once_are_one_blob() {
    for f in fixtures().await {
        let bytes = bytes(600_000);
        let blobs = futures_util::future::join_all((0..6).map(|_| f.keep(&bytes, NOON))).await;
        assert!(blobs.iter().all(|blob| *blob == blobs[0]));
        assert_eq!(f.read(blobs[0].id).await.unwrap(), bytes);
        let later = NOON + Duration::from_secs(7200);
        assert_eq!(f.store.remove_unreferenced_blobs(later).await.unwrap(), 1, "one, and nothing left over of the others");
        assert_eq!(f.read(blobs[0].id).await, None);
    }
}

#[tokio::test]
async fn a_blob_over_its_limit_is_refused_and_leaves_nothing() {
    for f in fixtures().await {
        let mut writer = f.store.blob_writer(f.workspace, id(), 600_000, NOON);
        writer.push(&bytes(600_000)).await.unwrap();
        assert!(matches!(writer.push(&[0]).await, Err(BlobError::TooLarge { limit: 600_000 })));
        drop(writer);
        assert_eq!(f.store.remove_unreferenced_blobs(NOON + Duration::from_secs(7200)).await.unwrap(), 1);
        let broken = futures_util::stream::iter([Ok(vec![1u8; 300_000]), Err(std::io::Error::other("gone"))]);
        let error = f.store.write_blob(f.workspace, id(), broken, u64::MAX, NOON).await.unwrap_err();
        assert!(matches!(error, BlobError::Source(_)));
    }
}

#[tokio::test]
async fn only_old_blobs_that_no_file_cites_are_removed() {
    for f in fixtures().await {
        let (workspace, c) = (f.workspace, f.conversation().await);
        let cited = f.keep(b"cited", NOON).await;
        let old = f.keep(b"old", NOON).await;
        let again = f.keep(b"again", NOON).await;
        let hour = Duration::from_secs(3600);
        f.keep(b"again", NOON + hour).await;
        f.write(move |tx| {
            let file = File {
                id: FileId(uuid::Uuid::from_u128(1)),
                conversation: c.id,
                blob: Some(cited.id),
                name: "a.txt".into(),
                mime: "text/plain".into(),
                size: 5,
                by: Author::Visitor,
                at: NOON,
            };
            Box::pin(async move { tx.insert_file(workspace, &file).await })
        })
        .await;
        assert_eq!(f.store.remove_unreferenced_blobs(NOON + hour).await.unwrap(), 0, "young");
        assert_eq!(f.store.remove_unreferenced_blobs(NOON + hour + Duration::from_secs(1)).await.unwrap(), 1);
        assert_eq!((f.read(old.id).await, f.read(again.id).await.unwrap()), (None, b"again".to_vec()));
        assert_eq!(f.read(cited.id).await.unwrap(), b"cited");
    }
}

#[tokio::test]
async fn blobs_may_have_a_folder_of_their_own_which_one_server_uses_and_a_backup_holds() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    let at = |name: &str| Location::Sqlite(folder.path().join(name).join("switchboard.sqlite"));
    let options = Options { blobs: Some(files.clone()), ..Options::new(at("data")) };
    let f = Fixture::new(options.clone(), Guard::None).await;
    let bytes = bytes(300_000);
    let blob = f.keep(&bytes, NOON).await;
    assert!(files.join("blobs.sqlite").exists() && !folder.path().join("data/blobs.sqlite").exists());
    // Else each server would remove what only the other one cites.
    let other = Store::open(Options { location: at("other"), ..options.clone() }).await;
    assert!(matches!(&other, Err(Error::Refused(sentence)) if sentence.contains("another process")), "{other:?}");

    let file = folder.path().join("backup");
    backup(&options, &file, NOON, &mut |_| {}).await.unwrap();
    f.store.close().await;
    let target = Options { blobs: Some(folder.path().join("new files")), ..Options::new(at("new")) };
    restore(&file, &target, NOON, &mut |_| {}).await.unwrap();
    let restored =
        Fixture { store: Store::open(target.clone()).await.unwrap(), options: target, workspace: f.workspace, _guard: Guard::None };
    assert_eq!(restored.read(blob.id).await.unwrap(), bytes);
    restored.store.close().await;
}
