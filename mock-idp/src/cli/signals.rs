//! The signals that end a program. It hears them and hands them on; what follows is up to the command.

use std::io;

/// What asks to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

#[cfg(unix)]
pub(crate) use self::unix::{Group, Signals, hand_on};

#[cfg(unix)]
mod unix {
    use nix::sys::signal::{self, kill, killpg};
    use nix::unistd::Pid;
    use tokio::signal::unix::{SignalKind, signal};

    use super::{Signal, io};

    /// Both signals, heard from now on.
    pub(crate) struct Signals {
        interrupt: tokio::signal::unix::Signal,
        terminate: tokio::signal::unix::Signal,
    }

    impl Signals {
        pub(crate) fn listen() -> io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
            })
        }

        /// Waits for the next one.
        pub(crate) async fn next(&mut self) -> Signal {
            tokio::select! {
                _ = self.interrupt.recv() => Signal::Interrupt,
                _ = self.terminate.recv() => Signal::Terminate,
            }
        }
    }

    /// The processes of a command that leads a group of its own. They are killed when this is dropped.
    pub(crate) struct Group(Option<Pid>);

    impl Group {
        pub(crate) fn of(process: Option<u32>) -> Self {
            Self(process.and_then(|process| i32::try_from(process).ok()).map(Pid::from_raw))
        }
    }

    impl Drop for Group {
        fn drop(&mut self) {
            // Most have ended by themselves.
            let _ = self.0.map(|group| killpg(group, signal::SIGKILL));
        }
    }

    /// Sends the signal to a process.
    pub(crate) fn hand_on(signal: Signal, process: u32) {
        let signal = match signal {
            Signal::Interrupt => signal::SIGINT,
            Signal::Terminate => signal::SIGTERM,
        };
        // A process that is gone needs no signal.
        if let Ok(process) = i32::try_from(process) {
            let _ = kill(Pid::from_raw(process), signal);
        }
    }
}

#[cfg(not(unix))]
pub(crate) use self::elsewhere::{Group, Signals, hand_on};

#[cfg(not(unix))]
mod elsewhere {
    use super::{Signal, io};

    /// Only Ctrl-C, which every process of the console hears.
    pub(crate) struct Signals;

    impl Signals {
        pub(crate) fn listen() -> io::Result<Self> {
            Ok(Self)
        }

        pub(crate) async fn next(&mut self) -> Signal {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            Signal::Interrupt
        }
    }

    /// The command alone: nothing is known of what it started.
    pub(crate) struct Group;

    impl Group {
        pub(crate) fn of(_: Option<u32>) -> Self {
            Self
        }
    }

    pub(crate) fn hand_on(_: Signal, _: u32) {}
}
