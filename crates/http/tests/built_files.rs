//! The web build's files as browsers get them: paths, types, caching, compression, and a program that was built without them.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::io::Read as _;

use axum::{Router, body::Body};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use rust_embed::RustEmbed;
use switchboard_http::pages::{self, BuiltFiles};
use tower::ServiceExt as _;

#[derive(RustEmbed)]
#[folder = "tests/built/widget"]
struct Widget;

#[derive(RustEmbed)]
#[folder = "tests/built/console"]
struct Console;

#[derive(RustEmbed)]
#[folder = "tests/built/nothing"]
#[allow_missing = true]
struct Nothing;

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("-", |value| value.to_str().unwrap())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

fn built() -> Router {
    pages::static_files(BuiltFiles::of::<Widget>(), BuiltFiles::of::<Console>())
}

async fn ask(router: &Router, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (head, body) = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().into_parts();
    Answer { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes().to_vec() }
}

async fn get(router: &Router, path: &str) -> Answer {
    ask(router, Method::GET, path, &[]).await
}

#[tokio::test]
async fn every_versions_folder_holds_the_one_script_for_sites_of_any_origin() {
    let router = built();
    for (path, start, keep) in [
        ("/content/g/deployment.js", "// The same", "no-cache"),
        ("/content/g/js/29.0/deployment.js", "// The same", "no-cache"),
        ("/content/g/js/anything/deployment.js", "// The same", "no-cache"),
        ("/content/g/js/58.0/prechat.js", "prechat()", "no-cache"),
        ("/content/element.js", "element()", "no-cache"),
        ("/content/element/panel-Ab12Cd34.js", "panel()", "public, max-age=31536000, immutable"),
        ("/content/window/window.js", "open()", "no-cache"),
    ] {
        let answer = get(&router, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.text().starts_with(start), "{path}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "text/javascript; charset=utf-8", "{path}");
        assert_eq!(answer.header(header::CACHE_CONTROL), keep, "{path}");
        assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin", "{path}");
    }
    assert_eq!(get(&router, "/content/window/window.css").await.header(header::CONTENT_TYPE), "text/css; charset=utf-8");
    let cross = get(&router, "/content/images/x.png").await;
    assert_eq!((cross.header(header::CONTENT_TYPE), &cross.body[..8]), ("image/png", &b"\x89PNG\r\n\x1a\n"[..]));
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again_and_what_is_sent_is_compressed() {
    let router = built();
    let path = "/content/g/js/58.0/deployment.js";
    let plain = get(&router, path).await;
    assert_eq!((plain.header(header::CONTENT_ENCODING), plain.header(header::VARY)), ("-", "accept-encoding"));
    let packed = ask(&router, Method::GET, path, &[("accept-encoding", "br, gzip")]).await;
    assert_eq!(packed.header(header::CONTENT_ENCODING), "gzip");
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body);
    assert!(packed.body.len() < plain.body.len());

    let (tag, packed_tag) = (plain.header(header::ETAG), packed.header(header::ETAG));
    assert_ne!(tag, packed_tag, "different bytes have different tags");
    for known in [tag, packed_tag, &format!("\"other\", W/{tag}"), "*"] {
        for accepted in ["gzip", "identity"] {
            let again = ask(&router, Method::GET, path, &[("if-none-match", known), ("accept-encoding", accepted)]).await;
            assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{known}");
            assert_eq!((again.header(header::CACHE_CONTROL), again.header(header::CONTENT_TYPE)), ("no-cache", "-"));
            assert_eq!(again.header(header::ETAG), if accepted == "gzip" { packed_tag } else { tag });
        }
    }
    assert_eq!(ask(&router, Method::GET, path, &[("if-none-match", "\"other\"")]).await.status, StatusCode::OK);
    let head = ask(&router, Method::HEAD, path, &[]).await;
    assert_eq!((head.status, head.header(header::CONTENT_LENGTH)), (StatusCode::OK, plain.body.len().to_string().as_str()));
    assert!(head.body.is_empty());
}

#[tokio::test]
async fn the_console_is_one_page_for_all_its_paths_but_an_asset_that_is_gone_is_gone() {
    let router = built();
    for path in ["/console/", "/console/index.html", "/console/conversations/0190-abc", "/console/admin/buttons"] {
        let page = get(&router, path).await;
        assert_eq!((page.status, page.header(header::CONTENT_TYPE)), (StatusCode::OK, "text/html; charset=utf-8"), "{path}");
        assert_eq!((page.header(header::CACHE_CONTROL), page.header(header::ACCESS_CONTROL_ALLOW_ORIGIN)), ("no-cache", "-"), "{path}");
        assert!(page.text().contains("<title>Console"), "{path}");
    }
    let script = get(&router, "/console/assets/index-Ab12Cd34.js").await;
    assert_eq!((script.text(), script.header(header::CACHE_CONTROL)), ("console()\n", "public, max-age=31536000, immutable"));
    assert_eq!(get(&router, "/console/favicon.svg").await.header(header::CONTENT_TYPE), "image/svg+xml; charset=utf-8");
    assert_eq!(get(&router, "/console/assets/index-old.js").await.status, StatusCode::NOT_FOUND);
    for path in ["/", "/console"] {
        let moved = get(&router, path).await;
        assert!(moved.status.is_redirection());
        assert_eq!(moved.header(header::LOCATION), "/console/");
    }
}

#[tokio::test]
async fn nothing_beside_the_built_folders_is_served() {
    let router = built();
    for path in [
        "/content/element/../../../Cargo.toml",
        "/content/element/%2e%2e/%2e%2e/Cargo.toml",
        "/content/element/..%2f..%2fconsole%2findex.html",
        "/content/window//etc/mtab",
        "/content/window/%2Fetc%2Fmtab",
        "/content/window/..%5c..%5cx",
        "/content/window/%00",
        "/content/window/.hidden",
        "/content/element/none.js",
        "/content/g/js/1/2/deployment.js",
        "/content/.vite/manifest.json",
    ] {
        assert_eq!(get(&router, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/console/%2Fetc%2Fmtab", "/console/../widget/deployment.js", "/console/%2e%2e/widget/deployment.js"] {
        assert!(get(&router, path).await.text().contains("<title>Console"), "{path}: the page, whatever it then shows");
    }
    assert_eq!(ask(&router, Method::POST, "/content/g/deployment.js", &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_program_without_web_pages_says_what_to_run() {
    let router = pages::static_files(BuiltFiles::of::<Nothing>(), BuiltFiles::of::<Nothing>());
    for path in [
        "/console/",
        "/console/agents",
        "/console/assets/a.js",
        "/content/g/js/58.0/deployment.js",
        "/content/element.js",
        "/content/element/a.js",
        "/content/window/window.js",
    ] {
        let page = get(&router, path).await;
        assert_eq!((page.status, page.header(header::CONTENT_TYPE)), (StatusCode::NOT_FOUND, "text/html; charset=utf-8"), "{path}");
        assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
        assert!(page.text().contains("<pre>cargo xtask web</pre>"), "{path}");
    }
}
