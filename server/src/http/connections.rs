//! Connections, one by one: how many there may be, in all and from one address, and how long somebody
//! may take to say what they want. Whoever holds a connection open and says nothing holds it briefly.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// The limits.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one address; none where all come from a proxy.
    pub per_address: Option<usize>,
    /// How long the head of a request may take, the wait for it on an open connection included.
    pub head: Duration,
    /// How long those who are being answered may take after a request to stop.
    pub farewell: Duration,
}

impl Limits {
    /// Behind a proxy, or in front of everybody.
    pub const fn new(behind_proxy: bool) -> Self {
        Self {
            connections: 20_000,
            // A whole village may share one; a browser opens six at most.
            per_address: if behind_proxy { None } else { Some(600) },
            // Longer than proxies and browsers keep an idle connection: whoever closes first must not be
            // the one who is about to be asked.
            head: Duration::from_secs(75),
            farewell: Duration::from_secs(30),
        }
    }
}

/// Open connections by address.
#[derive(Debug, Clone, Default)]
struct Addresses(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One open connection of an address.
struct Held(Addresses, IpAddr);

impl Addresses {
    fn enter(&self, address: IpAddr, most: usize) -> Option<Held> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Held(self.clone(), address))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut open = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.1);
            }
        }
    }
}

/// What shakes hands, and within which time; nothing for connections in the clear.
pub type Tls = Option<TlsAcceptor>;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Serves connections until asked to stop; those that are being answered are finished first. Every
/// limit counts from the first byte of the connection: who shakes hands slowly holds a place too.
pub async fn serve(
    listener: TcpListener,
    tls: Tls,
    app: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head);
    // Connections that are open and silent are asked whether somebody is there.
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(20))
        .max_concurrent_streams(100);
    let serving = Arc::new(Serving {
        builder,
        app,
        head: limits.head,
    });
    let graceful = GracefulShutdown::new();
    let (room, addresses) = (
        Arc::new(Semaphore::new(limits.connections)),
        Addresses::default(),
    );
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of files, or gone before it was taken: the next one may be luckier.
                tracing::warn!(%error, "connections.not_accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(permit) = room.clone().try_acquire_owned() else {
            tracing::warn!("connections.full");
            continue;
        };
        let held = match limits.per_address {
            Some(most) => match addresses.enter(peer.ip().to_canonical(), most) {
                Some(held) => Some(held),
                None => continue,
            },
            None => None,
        };
        // Small answers must not wait for the other side's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let (serving, tls) = (serving.clone(), tls.clone());
        let watcher = graceful.watcher();
        tokio::spawn(async move {
            match tls {
                None => serving.one(stream, peer, watcher).await,
                Some(acceptor) => {
                    let shaken = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await;
                    if let Ok(Ok(stream)) = shaken {
                        serving.one(stream, peer, watcher).await;
                    }
                }
            }
            drop((permit, held));
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.farewell, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("connections.left_behind");
    }
}

/// What each connection needs.
struct Serving {
    builder: Builder<TokioExecutor>,
    app: Router,
    head: Duration,
}

impl Serving {
    /// Serves one connection. One on which no request has begun in time is closed: neither protocol
    /// has a limit of its own before its first byte.
    async fn one<S>(&self, stream: S, peer: SocketAddr, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let heard = Arc::new(Notify::new());
        let (app, hearing) = (self.app.clone(), heard.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            hearing.notify_one();
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            app.clone().oneshot(request)
        });
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(watcher.watch(connection));
        let ended = tokio::select! {
            ended = &mut connection => ended,
            spoken = tokio::time::timeout(self.head, heard.notified()) => match spoken {
                Ok(()) => connection.await,
                Err(_) => return,
            },
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "connection.ended");
        }
    }
}
