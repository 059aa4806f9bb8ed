//! How an answer went out, when it did not go out whole at once.

use serde::{Deserialize, Serialize};

/// What a rule or a fault made of an answer on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Nothing was sent, and the connection stays open for 10 minutes.
    Hung,
    /// Nothing was sent, and the connection was reset.
    Reset,
    /// Nothing was sent, and the connection was closed.
    Closed,
    /// The connection was closed in the middle of the body.
    Cut,
    /// The head was followed by a chunk that is none.
    BrokenChunk,
    /// Bytes were sent that are no HTTP.
    Garbage,
    /// The body is sent one byte a second.
    Trickled,
    /// So many blanks followed the body that they are not kept.
    Padded,
    /// Whoever asked had closed the connection before there was an answer.
    Left,
}

impl Delivery {
    /// Whether whoever waited long enough, and read on, got the answer.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Trickled | Self::Padded)
    }

    /// The name as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hung => "hung",
            Self::Reset => "reset",
            Self::Closed => "closed",
            Self::Cut => "cut",
            Self::BrokenChunk => "broken_chunk",
            Self::Garbage => "garbage",
            Self::Trickled => "trickled",
            Self::Padded => "padded",
            Self::Left => "left",
        }
    }

    /// What happened, for a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Hung => "nothing was sent, and the connection stays open",
            Self::Reset => "the connection was reset instead of an answer",
            Self::Closed => "the connection was closed instead of an answer",
            Self::Cut => "the connection was closed in the middle of the answer",
            Self::BrokenChunk => "a broken chunk followed the head of the answer",
            Self::Garbage => "bytes that are no HTTP were sent instead of an answer",
            Self::Trickled => "one byte a second",
            Self::Padded => "with blanks after it",
            Self::Left => "whoever asked had left before there was an answer",
        }
    }
}
