//! The shipped content: scenarios, the article, the atlas, and the facts that are read off their recordings.

pub mod article;
pub mod atlas;
pub mod catalogue;
pub mod cross_check;
pub mod file_error;
pub(crate) mod glossary;
pub mod markup;
pub mod mistake;
pub mod scenario;
pub(crate) mod search;
pub mod source;
