//! Headers that list what a client accepts, with a quality for each: `Accept-Language: zh, en;q=0.8`.

use axum::http::{HeaderMap, HeaderName};

/// The members of such a header in its order, each with its quality, 1 where none is named (RFC 9110, section 12.4.2). A
/// member whose quality is no number is left out.
pub(crate) fn quality_list(
    headers: &HeaderMap,
    name: HeaderName,
) -> impl Iterator<Item = (&str, f32)> {
    let values = headers.get_all(name).into_iter();
    let members = values.flat_map(|value| value.to_str().unwrap_or("").split(','));
    members.filter_map(|member| {
        let (token, parameters) = member.split_once(';').unwrap_or((member, "q=1"));
        let quality = parameters.trim().strip_prefix("q=")?.parse().ok()?;
        Some((token.trim(), quality))
    })
}

#[cfg(test)]
mod tests {
    use axum::http::header::ACCEPT;

    use super::*;

    #[test]
    fn members_come_in_their_order_with_their_qualities() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT, "a, b;q=0.5 ,c; q=0".parse().unwrap());
        headers.append(ACCEPT, "d;q=x, e;level=1, f".parse().unwrap());
        let found: Vec<_> = quality_list(&headers, ACCEPT).collect();
        assert_eq!(found, [("a", 1.0), ("b", 0.5), ("c", 0.0), ("f", 1.0)]);
    }
}
