//! Adapters against fakes that follow their providers' documents, over real HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod edna;
