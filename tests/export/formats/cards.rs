//! The cards that chats show beside a link.

use super::{download, picture};
use crate::support::{Server, command, fetch};

/// The content of a page's `meta` element, by its name.
fn meta(page: &str, name: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("=\"{name}\" content=\""))
        .unwrap_or_else(|| panic!("no {name} in {page}"));
    rest.split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

#[tokio::test]
async fn lessons_and_cells_have_cards_for_chats() {
    let server = Server::start(&[]);
    let named = Server::start(&["--public-url", "https://waves.example/"]);
    for (page, recording) in [
        ("/s/half-close", "/api/recordings/half-close"),
        ("/atlas/CLOSE_WAIT/fin", "/api/atlas/CLOSE_WAIT/fin"),
    ] {
        let own = format!("http://{}", server.address);
        for (server, origin) in [(&server, own.as_str()), (&named, "https://waves.example")] {
            let html = fetch(server.url(&format!("{page}?lang=zh"))).await;
            assert_eq!(meta(&html, "og:url"), format!("{origin}{page}"));
            assert_eq!(meta(&html, "twitter:card"), "summary_large_image");
            assert!(
                !meta(&html, "og:title").is_empty() && !meta(&html, "og:description").is_empty()
            );
            let image = meta(&html, "og:image");
            assert_eq!(
                image,
                format!("{origin}{recording}/png?preview=1&lang=zh-CN")
            );
        }
        let card = server.url(&format!("{recording}/png?preview=1&lang=zh-CN"));
        let (status, kind, _, bytes) = download(card).await;
        assert_eq!((status, kind.as_str()), (200, "image/png"));
        assert_eq!(picture::size_of_png(&bytes), [1200, 630]);
    }
    for wrong in ["waves.example", "https://", "https://a?b"] {
        let output = command(&["--listen", "127.0.0.1:0", "--public-url", wrong], "");
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
}
