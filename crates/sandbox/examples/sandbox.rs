//! Serves a sandbox on this machine for the conformance scripts:
//! `cargo run -p sandbox --example sandbox -- PORT [WEBHOOK_URL]`. Shop 100500, key `test_key`.

use std::error::Error;

use sandbox::Config;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().ok_or("the port is missing")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let config = Config {
        shop_id: "100500".to_owned(),
        secret_key: "test_key".to_owned(),
        public_url: format!("http://{}", listener.local_addr()?),
        webhook_url: arguments.next(),
        state_file: None,
        control: true,
    };
    eprintln!(
        "sandbox: {} shop {} key {}",
        config.public_url, config.shop_id, config.secret_key
    );
    // Ends with the process: the scripts stop it by its number.
    sandbox::serve(config, listener, std::future::pending()).await?;
    Ok(())
}
