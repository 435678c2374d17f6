//! PNG pictures. Few are drawn at a time, since each takes tens of MB meanwhile. The latest are cached, because many
//! clients fetch the picture of a link that was posted.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use tokio::sync::Semaphore;

use crate::export::RenderError;
use crate::export::options::ExportOptions;
use crate::i18n::Language;
use crate::web::blocking::blocking;

/// How many pictures are drawn at once.
const AT_ONCE: usize = 2;
/// How many bytes of pictures are cached.
const MAX_BYTES: usize = 16 << 20;

/// The key of a picture.
#[derive(PartialEq)]
pub(crate) struct PictureKey {
    /// The page that shows the run.
    pub(crate) page: String,
    pub(crate) language: Language,
    pub(crate) options: ExportOptions,
    /// How many bytes the run's events take; they grow while the run goes on.
    pub(crate) length: usize,
}

pub(crate) struct PictureCache {
    slots: Semaphore,
    /// Newest last.
    cached: Mutex<VecDeque<(PictureKey, Bytes)>>,
}

impl Default for PictureCache {
    fn default() -> PictureCache {
        PictureCache {
            slots: Semaphore::new(AT_ONCE),
            cached: Mutex::default(),
        }
    }
}

impl PictureCache {
    /// The picture; drawn by `make` where it is not in the cache.
    pub(crate) async fn get(
        &self,
        picture: PictureKey,
        make: impl FnOnce() -> Result<Vec<u8>, RenderError> + Send + 'static,
    ) -> Result<Bytes, RenderError> {
        let _slot = self.slots.acquire().await.expect("slots are never closed");
        if let Some(bytes) = self.find(&picture) {
            return Ok(bytes);
        }
        let bytes: Bytes = blocking(make).await?.into();
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        cached.push_back((picture, bytes.clone()));
        while cached.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > MAX_BYTES {
            cached.pop_front();
        }
        Ok(bytes)
    }

    fn find(&self, picture: &PictureKey) -> Option<Bytes> {
        let cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        let found = cached.iter().find(|(other, _)| other == picture);
        found.map(|(_, bytes)| bytes.clone())
    }
}
