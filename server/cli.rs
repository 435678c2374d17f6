//! The roles of the program, a file each.

pub(crate) mod args;
pub(crate) mod check;
pub(crate) mod doctor;
pub(crate) mod files;
pub(crate) mod log;
pub(crate) mod play_to_end;
pub(crate) mod record;
pub(crate) mod record_atlas;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod start;

pub(crate) use check::check;
pub(crate) use doctor::doctor;
pub(crate) use record::record;
pub(crate) use run::run;
pub(crate) use serve::serve;
