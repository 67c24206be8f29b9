//! Why something that the page asked for is not done.

use super::page::post;
use crate::engine::EngineError;
use crate::protocol::{Code, Report};
use crate::story::{GenerateError, LookError};

/// A code for the page's own decisions, and a sentence that says what to do.
pub struct Failure {
    pub code: Code,
    pub message: String,
}

impl Failure {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// Tells the page. `id`: the request that failed, where it is one that has an id.
    pub fn post(self, id: Option<u32>) {
        post(&Report::Error { id, code: self.code, message: self.message });
    }
}

impl From<GenerateError> for Failure {
    fn from(error: GenerateError) -> Self {
        let code = match &error {
            GenerateError::Settings(_) | GenerateError::NoBeginning | GenerateError::ForcedBeyondContext { .. } => {
                Code::Settings
            }
            GenerateError::PromptTooLong { .. } => Code::PromptTooLong,
            GenerateError::Engine(EngineError::NoAdapter { .. }) => Code::NoAdapter,
            GenerateError::Model(_) | GenerateError::Engine(_) => Code::Model,
        };
        Self::new(code, sentence(&error))
    }
}

impl From<LookError> for Failure {
    fn from(error: LookError) -> Self {
        match error {
            LookError::Generate(error) => error.into(),
            LookError::Engine(error) => GenerateError::from(error).into(),
            LookError::NoPlace { .. } | LookError::Full => Self::new(Code::Settings, sentence(&error)),
        }
    }
}

/// Messages begin in lower case, as Rust's do; to the reader it is a sentence.
pub fn sentence(error: &impl std::error::Error) -> String {
    let message = error.to_string();
    let mut characters = message.chars();
    let sentence = characters.next().map(|first| first.to_uppercase().chain(characters).collect::<String>() + ".");
    sentence.unwrap_or_default()
}
