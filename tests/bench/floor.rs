//! The floor: a program that does what a run does with the kernel, and nothing else.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program, which is removed with this.
pub struct Floor(PathBuf);

impl Floor {
    /// Builds it where its source is.
    pub fn build() -> Option<Floor> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/bench/floor.c");
        let program = std::env::temp_dir().join(format!("fourwave-floor-{}", std::process::id()));
        let built = Command::new("gcc")
            .args(["-O2", "-w", "-o"])
            .args([&program, &source])
            .status();
        built
            .is_ok_and(|status| status.success())
            .then_some(Floor(program))
    }

    /// One round's set-up, in µs.
    pub fn set_up(&self) -> f64 {
        let output = self.rounds(1).output().expect("the floor runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let figure = text
            .split("setup_us")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next());
        figure
            .and_then(|number| number.parse().ok())
            .expect("the floor prints its figures")
    }

    /// Plays so many rounds in each of so many processes at once, and waits for all.
    pub fn at_once(&self, processes: usize, rounds: usize) {
        let start = |_| {
            self.rounds(rounds)
                .stdout(Stdio::null())
                .spawn()
                .expect("the floor starts")
        };
        let playing: Vec<_> = (0..processes).map(start).collect();
        for mut floor in playing {
            floor.wait().expect("the floor ends");
        }
    }

    fn rounds(&self, rounds: usize) -> Command {
        let mut command = Command::new(&self.0);
        command.arg(rounds.to_string());
        command
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
