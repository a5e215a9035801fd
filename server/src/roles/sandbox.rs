//! The stand-in for the acquirer, alone.

use super::{Shutdown, listen};
use crate::config::Config;
use anyhow::Result;
use std::process::ExitCode;

/// Shop of the demo.
pub const SHOP_ID: &str = "100500";
/// Key of the demo.
pub const SECRET_KEY: &str = "test_demo_key";

/// What the stand-in needs.
pub fn settings(config: &Config, webhook_url: Option<String>) -> ::sandbox::Config {
    ::sandbox::Config {
        shop_id: SHOP_ID.into(),
        secret_key: SECRET_KEY.into(),
        public_url: config.demo.sandbox_url.clone(),
        webhook_url,
        state_file: Some(config.demo.data_dir.join("sandbox.json")),
        control: true,
    }
}

/// Runs until asked to stop.
pub async fn run(config: Config) -> Result<ExitCode> {
    std::fs::create_dir_all(&config.demo.data_dir)?;
    let listener = listen("demo.sandbox_listen", config.demo.sandbox_listen).await?;
    let settings = settings(&config, config.demo.webhook_url.clone());
    tracing::info!(listen = %config.demo.sandbox_listen, "sandbox.started");
    ::sandbox::serve(settings, listener, Shutdown::on_signal().wait()).await?;
    Ok(ExitCode::SUCCESS)
}
