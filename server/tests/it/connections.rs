//! Connections that say nothing, and too many of them.

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use rustls::pki_types::PrivatePkcs8KeyDer;
use server::http::connections::{Limits, serve};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::{TlsAcceptor, TlsConnector};

const LIMITS: Limits = Limits {
    connections: 100,
    per_address: Some(3),
    head: Duration::from_millis(200),
    farewell: Duration::from_millis(300),
};

type Started = (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>);

async fn started(limits: Limits) -> Started {
    started_with(limits, None).await
}

async fn started_with(limits: Limits, tls: Option<TlsAcceptor>) -> Started {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let who = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string();
    let slow = async || {
        tokio::time::sleep(Duration::from_millis(150)).await;
        "slow"
    };
    let app = Router::new().route("/", get(who)).route("/slow", get(slow));
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve(listener, tls, app, limits, async move {
        let _ = stopped.await;
    }));
    (address, stop, serving)
}

async fn ask(address: SocketAddr, head: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

const WHOLE: &str = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn who_connects_is_known() {
    let (address, _stop, _) = started(LIMITS).await;
    assert!(ask(address, WHOLE).await.ends_with("127.0.0.1"));
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let (address, _stop, _) = started(LIMITS).await;
    for begun in [
        "",
        "G",
        "GET / HTTP/1.1\r\nhost: x\r\n",
        "PRI * HTTP/2.0\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let reading = stream.read_to_end(&mut rest);
        let closed = tokio::time::timeout(Duration::from_secs(5), reading).await;
        assert!(closed.is_ok(), "{begun:?} is closed");
        assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
    }
}

#[tokio::test]
async fn whoever_shakes_hands_and_says_nothing_is_not_waited_for() {
    gateways::http::install_tls();
    let (acceptor, connector) = encrypted();
    let (address, _stop, _) = started_with(LIMITS, Some(acceptor)).await;
    let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let dial = async |begun: &str| {
        let stream = TcpStream::connect(address).await.unwrap();
        let mut stream = connector.connect(name.clone(), stream).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let reading = stream.read_to_end(&mut rest);
        let closed = tokio::time::timeout(Duration::from_secs(5), reading).await;
        assert!(closed.is_ok(), "{begun:?} is closed");
        String::from_utf8_lossy(&rest).into_owned()
    };
    assert!(dial(WHOLE).await.contains("200 OK"));
    for begun in [
        "",
        "GET / HTTP/1.1\r\nhost: x\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        assert!(!dial(begun).await.contains("200 OK"));
    }
}

/// Both ends of an encrypted connection, with a certificate made for it.
fn encrypted() -> (TlsAcceptor, TlsConnector) {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der()).into();
    let chain = vec![signed.cert.der().clone()];
    let server = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let mut trusted = rustls::RootCertStore::empty();
    trusted.add(signed.cert.der().clone()).unwrap();
    let client = rustls::ClientConfig::builder()
        .with_root_certificates(trusted)
        .with_no_client_auth();
    (Arc::new(server).into(), Arc::new(client).into())
}

#[tokio::test]
async fn one_address_has_so_many_and_no_more() {
    let (address, _stop, _) = started(Limits {
        head: Duration::from_mins(1),
        ..LIMITS
    })
    .await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // A request on each shows that it was taken.
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        held.push(stream);
    }
    assert_eq!(ask(address, WHOLE).await, "", "a fourth one gets nothing");
    held.pop();
    let mut answered = String::new();
    for _ in 0..50 {
        answered = ask(address, WHOLE).await;
        if !answered.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(answered.contains("200 OK"));
}

#[tokio::test]
async fn stopping_waits_for_answers_and_not_for_ever() {
    let (address, stop, serving) = started(LIMITS).await;
    let asking = tokio::spawn(ask(
        address,
        "GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    ));
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.send(()).unwrap();
    assert!(asking.await.unwrap().ends_with("slow"), "is answered");
    let ended = tokio::time::timeout(Duration::from_secs(5), serving).await;
    assert!(ended.is_ok());
    assert!(
        TcpStream::connect(address).await.is_err(),
        "nobody new comes in"
    );
}
