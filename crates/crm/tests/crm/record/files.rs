//! Bytes: they come in with a version, out by its field, and stay as long as a record has them.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use salesforce::{Code, Id, Version};
use serde_json::json;
use switchboard_crm::{
    Operation,
    record::{BIN_KEEPS, UploadError},
};

use super::office::{Office, all_of, code, create, delete, id, record, saved, update};

async fn bytes(office: &Office, version: Id) -> Option<Vec<u8>> {
    let reader = office.records(&office.boss).blob("ContentVersion", version, "versiondata").await.unwrap()?;
    let chunks: Vec<_> = reader.stream().try_collect().await.unwrap();
    Some(chunks.concat())
}

#[tokio::test]
async fn a_file_is_a_document_its_version_and_its_links() {
    for office in Office::all().await {
        let case = office.make("Case", json!({"Subject": "S"})).await;
        let version = office
            .make(
                "ContentVersion",
                json!({"PathOnClient": "C:\\chats\\chat-42.TXT", "VersionData": "aGVsbG8=", "FirstPublishLocationId": case.to_string()}),
            )
            .await;
        let document = id("069", 1).to_string();
        let fields = [
            "Title",
            "FileExtension",
            "FileType",
            "ContentSize",
            "Checksum",
            "VersionNumber",
            "IsLatest",
            "ContentDocumentId",
            "VersionData",
        ];
        assert_eq!(
            office.see(version, &fields).await,
            json!({
                "Title": "chat-42", "FileExtension": "TXT", "FileType": "TEXT", "ContentSize": 5,
                "Checksum": "5d41402abc4b2a76b9719d911017c592", "VersionNumber": "1", "IsLatest": true, "ContentDocumentId": document,
                "VersionData": format!("/services/data/v68.0/sobjects/ContentVersion/{version}/VersionData"),
            })
        );
        assert_eq!(bytes(&office, version).await.unwrap(), b"hello");
        let shown = ["Title", "FileType", "ContentSize", "LatestPublishedVersionId"];
        assert_eq!(
            office.see(id("069", 1), &shown).await,
            json!({"Title": "chat-42", "FileType": "TEXT", "ContentSize": 5, "LatestPublishedVersionId": version.to_string()})
        );
        for (number, to, share) in [(1, id("005", 1), "I"), (2, case, "V")] {
            let seen = office.see(id("06A", number), &["ContentDocumentId", "LinkedEntityId", "ShareType"]).await;
            assert_eq!(seen, json!({"ContentDocumentId": document, "LinkedEntityId": to.to_string(), "ShareType": share}));
        }
        // Another version of the same document.
        let records = office.records(&office.boss);
        let upload =
            records.upload("VersionData", futures_util::stream::iter([Ok::<_, std::io::Error>("two, longer")]), 100).await.unwrap();
        let second = records
            .change(
                vec![Operation::Create {
                    object: "ContentVersion".into(),
                    record: record(&json!({"PathOnClient": "b.md", "Title": "Second", "ContentDocumentId": document})),
                    uploads: vec![upload],
                }],
                true,
            )
            .await
            .unwrap();
        let second = saved(&second)[0];
        assert_eq!(office.see(second, &["VersionNumber", "IsLatest"]).await, json!({"VersionNumber": "2", "IsLatest": true}));
        assert_eq!(office.see(version, &["IsLatest"]).await, json!({"IsLatest": false}));
        assert_eq!(
            office.see(id("069", 1), &shown).await,
            json!({"Title": "Second", "FileType": "MD", "ContentSize": 11, "LatestPublishedVersionId": second.to_string()})
        );
        assert_eq!(bytes(&office, second).await.unwrap(), b"two, longer");
        office.end().await;
    }
}

#[tokio::test]
async fn bytes_that_are_none_refuse_their_own_record() {
    for office in Office::all().await {
        let outcomes = office
            .change(vec![
                create("ContentVersion", json!({"PathOnClient": "a.txt", "VersionData": "not base64!"})),
                create("ContentVersion", json!({"PathOnClient": "a.txt", "VersionData": "aGVsbG8="})),
                create("ContentVersion", json!({"PathOnClient": "a.txt"})),
                create("ContentVersion", json!({"Title": "T", "VersionData": "aGVsbG8="})),
            ])
            .await;
        assert_eq!(code(&outcomes[0]), Code::JsonParserError);
        assert_eq!(saved(&outcomes[1..2]), [id("068", 1)]);
        assert_eq!([code(&outcomes[2]), code(&outcomes[3])], [Code::RequiredFieldMissing; 2]);
        let records = office.records(&office.boss);
        let much = futures_util::stream::iter([Ok::<_, std::io::Error>("much"), Ok("too much")]);
        assert!(matches!(records.upload("VersionData", much, 10).await, Err(UploadError::TooLarge { limit: 10 })));
        assert!(records.blob("ContentVersion", id("068", 99), "VersionData").await.is_err());
        assert!(records.blob("ContentVersion", id("068", 1), "Title").await.is_err());
        office.end().await;
    }
}

#[tokio::test]
async fn bytes_stay_as_long_as_a_record_has_them() {
    for office in Office::all().await {
        let version = office.make("ContentVersion", json!({"PathOnClient": "a.txt", "VersionData": "aGVsbG8="})).await;
        let loose = futures_util::stream::iter([Ok::<_, std::io::Error>("loose")]);
        office.records(&office.boss).upload("VersionData", loose, 10).await.unwrap();
        let reconcile = || async {
            let now = office.world.clock.advance(Duration::from_secs(2 * 60 * 60));
            office.world.crm.store().remove_unreferenced_blobs(now).await.unwrap()
        };
        assert_eq!(reconcile().await, 1, "what no record cites goes");
        assert_eq!(bytes(&office, version).await.unwrap(), b"hello");
        saved(&office.change(vec![delete(id("069", 1))]).await);
        assert!(office.records(&office.boss).blob("ContentVersion", version, "VersionData").await.is_err(), "it went with its document");
        assert_eq!(reconcile().await, 0, "it can come back");
        office.world.clock.advance(BIN_KEEPS);
        // The document, its version, and the owner's link.
        assert_eq!(office.records(&office.boss).empty_bin().await.unwrap().removed, 3);
        assert_eq!(reconcile().await, 1);
        let found = office.records(&office.boss).read("ContentVersion", &[version], None, Version::LATEST).await.unwrap();
        assert_eq!(found, [None]);
        office.end().await;
    }
}

#[tokio::test]
async fn a_file_is_seen_and_changed_by_whom_its_links_say() {
    for office in Office::all_shared(true).await {
        let rights = |name: &'static str| (name, all_of(&office.schema, name));
        let ann =
            office.records(&office.ann(&["Case", "ContentDocument", "ContentVersion", "ContentDocumentLink", "Attachment"].map(rights)));
        let case = office.make("Case", json!({"Subject": "Theirs"})).await;
        let file = |title: &str, case: Option<Id>| {
            let place = case.map(|case| case.to_string());
            json!({"Title": title, "PathOnClient": "a.txt", "VersionData": "aGVsbG8=", "FirstPublishLocationId": place})
        };
        let version = office.make("ContentVersion", file("Of the case", Some(case))).await;
        let alone = office.make("ContentVersion", file("Nobody else's", None)).await;
        let attachment = office.make("Attachment", json!({"ParentId": case.to_string(), "Name": "a", "Body": "aGVsbG8="})).await;
        // The owner's link of the first, its link with the case, the owner's link of the second.
        let (document, link) = (id("069", 1), id("06A", 2));
        let sees = async || {
            let mut seen = Vec::new();
            for (object, id) in [
                ("ContentDocument", document),
                ("ContentVersion", version),
                ("ContentDocumentLink", link),
                ("Attachment", attachment),
                ("ContentDocument", id("069", 2)),
                ("ContentVersion", alone),
            ] {
                seen.push(ann.read(object, &[id], None, Version::LATEST).await.unwrap()[0].is_some());
            }
            let bytes = [
                ann.blob("ContentVersion", version, "VersionData").await.is_ok(),
                ann.blob("Attachment", attachment, "Body").await.is_ok(),
            ];
            assert_eq!(bytes, [seen[1], seen[3]], "bytes are seen as their record is");
            seen
        };
        let titled =
            async || ann.change(vec![update("ContentDocument", document, json!({"Title": "Ann's"}))], false).await.unwrap().remove(0);
        assert_eq!(sees().await, [false; 6]);
        assert_eq!(code(&titled().await), Code::NotFound);
        saved(&office.change(vec![update("Case", case, json!({"OwnerId": id("005", 2).to_string()}))]).await);
        assert_eq!(sees().await, [true, true, true, true, false, false]);
        assert_eq!(code(&titled().await), Code::InsufficientAccessOrReadonly, "shared to be seen");
        for (share, may) in [("I", true), ("V", false), ("C", true)] {
            saved(&office.change(vec![update("ContentDocumentLink", link, json!({"ShareType": share}))]).await);
            assert_eq!(matches!(titled().await, switchboard_crm::Outcome::Saved(_)), may, "{share}");
        }
        let outcomes = ann.change(vec![delete(document)], false).await.unwrap();
        assert_eq!(code(&outcomes[0]), Code::InsufficientAccessOrReadonly, "it is its owner's");
        // With a person: as long as the link is there.
        let shared = json!({"ContentDocumentId": id("069", 2).to_string(), "LinkedEntityId": id("005", 2).to_string(), "ShareType": "V"});
        let with_ann = office.make("ContentDocumentLink", shared).await;
        assert_eq!(sees().await, [true; 6]);
        saved(&office.change(vec![delete(with_ann), delete(link)]).await);
        assert_eq!(sees().await, [false, false, false, true, false, false]);
        office.end().await;
    }
}
