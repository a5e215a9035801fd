//! How the results of server functions travel: as JSON, which is read where it is shown.
//!
//! A page's data comes into the browser in two ways: inside the page, and as the answer of a call.
//! Both are the same text here, so the browser's module needs one reader for each type, and the
//! machinery of loading only once for all of them: see docs/adr/0013-pages-load-text.md.

use crate::error::AppError;
use serde::Serialize;
use serde::de::{DeserializeOwned, Error};
use server_fn::codec::Post;
use server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::string::FromUtf8Error;

/// The encoding.
#[derive(Debug, Clone, Copy)]
pub struct JsonText;

/// The codec of results: `output = Json`.
pub type Json = Post<JsonText>;

impl ContentType for JsonText {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for JsonText {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for JsonText {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for JsonText {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        serde_json::from_str(std::str::from_utf8(&bytes).map_err(serde_json::Error::custom)?)
    }
}

/// The data of a page as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    text: String,
    of: PhantomData<fn() -> T>,
}

impl<T> Answer<T> {
    const fn new(text: String) -> Self {
        Self {
            text,
            of: PhantomData,
        }
    }
}

/// What a use case has found, for the page that asked.
///
/// # Errors
/// The error of the use case, mapped and logged.
#[cfg(feature = "ssr")]
pub fn answer<T: Serialize>(
    found: Result<T, services::ServiceError>,
) -> Result<Answer<T>, AppError> {
    let text = found.and_then(|value| {
        serde_json::to_string(&value)
            .map_err(|error| services::ServiceError::Internal(error.to_string()))
    });
    text.map(Answer::new).map_err(crate::error::fail)
}

/// The encoding of [`Answer`]: the text as it is.
#[derive(Debug, Clone, Copy)]
pub struct AsItIs;

/// The codec of a page's data: `output = PageData`.
pub type PageData = Post<AsItIs>;

impl ContentType for AsItIs {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for AsItIs {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T> Encodes<Answer<T>> for AsItIs {
    type Error = Infallible;

    fn encode(answer: &Answer<T>) -> Result<Bytes, Self::Error> {
        Ok(Bytes::from(answer.text.clone()))
    }
}

impl<T> Decodes<Answer<T>> for AsItIs {
    type Error = FromUtf8Error;

    fn decode(bytes: Bytes) -> Result<Answer<T>, Self::Error> {
        String::from_utf8(bytes.into()).map(Answer::new)
    }
}

/// What loading a page came to, whatever the page: its data as text, or why there are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded(Result<String, AppError>);

impl<T> From<Result<Answer<T>, AppError>> for Loaded {
    fn from(answer: Result<Answer<T>, AppError>) -> Self {
        Self(answer.map(|answer| answer.text))
    }
}

impl Loaded {
    /// Reads the data.
    ///
    /// # Errors
    /// Why there are none; [`AppError::Transport`] when they are not understood, as after an update.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, AppError> {
        let text = self.0.as_ref().map_err(Clone::clone)?;
        serde_json::from_str(text).map_err(|_| AppError::Transport)
    }
}

/// Marks an error in the page; no JSON begins with it.
const ERROR: char = '!';

/// As it stands in the page, for the module that wakes it up.
impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(text) => f.write_str(text),
            Err(error) => {
                let text = serde_json::to_string(error).map_err(|_| fmt::Error)?;
                write!(f, "{ERROR}{text}")
            }
        }
    }
}

impl FromStr for Loaded {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(match text.strip_prefix(ERROR) {
            None => Ok(text.to_owned()),
            Some(error) => Err(serde_json::from_str(error).unwrap_or(AppError::Transport)),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_and_errors_survive_the_page() {
        for loaded in [
            Loaded(Ok(r#"{"sum":1}"#.into())),
            Loaded(Ok("[]".into())),
            Loaded(Err(AppError::NotFound)),
            Loaded(Err(AppError::Failed("0199".into()))),
        ] {
            assert_eq!(loaded.to_string().parse(), Ok(loaded));
        }
        let garbled: Loaded = "{".parse().unwrap();
        assert_eq!(garbled.read::<u8>(), Err(AppError::Transport));
    }
}
