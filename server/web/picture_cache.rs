//! PictureCache that were made of dots: few at a time, since each takes tens of MB while it is made, and kept for the next who
//! asks, because a link that is posted is fetched by many.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use tokio::sync::Semaphore;

use crate::export::RenderError;
use crate::export::options::ExportOptions;
use crate::i18n::Language;
use crate::web::blocking::blocking;

/// How many are made at once.
const AT_ONCE: usize = 2;
/// How many bytes are kept.
const KEPT: usize = 16 << 20;

/// Which picture.
#[derive(PartialEq)]
pub(crate) struct PictureKey {
    /// The page that shows the run.
    pub(crate) page: String,
    pub(crate) language: Language,
    pub(crate) options: ExportOptions,
    /// How many bytes its events are: of a run that goes on, they become more.
    pub(crate) length: usize,
}

pub(crate) struct PictureCache {
    turns: Semaphore,
    /// Newest last.
    kept: Mutex<VecDeque<(PictureKey, Bytes)>>,
}

impl Default for PictureCache {
    fn default() -> PictureCache {
        PictureCache {
            turns: Semaphore::new(AT_ONCE),
            kept: Mutex::default(),
        }
    }
}

impl PictureCache {
    /// The picture, made where it is not kept.
    pub(crate) async fn get(
        &self,
        picture: PictureKey,
        make: impl FnOnce() -> Result<Vec<u8>, RenderError> + Send + 'static,
    ) -> Result<Bytes, RenderError> {
        let _turn = self.turns.acquire().await.expect("turns are never closed");
        if let Some(bytes) = self.find(&picture) {
            return Ok(bytes);
        }
        let bytes: Bytes = blocking(make).await?.into();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((picture, bytes.clone()));
        while kept.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > KEPT {
            kept.pop_front();
        }
        Ok(bytes)
    }

    fn find(&self, picture: &PictureKey) -> Option<Bytes> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(other, _)| other == picture);
        found.map(|(_, bytes)| bytes.clone())
    }
}
