//! Connections, one by one: how many there may be, in all and from one address, and how long somebody
//! may take to say what they want. Whoever holds a connection open and says nothing holds it briefly.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// The limits.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one address; none where all come from a proxy.
    pub per_address: Option<usize>,
    /// How long the head of a request may take.
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
            head: Duration::from_secs(15),
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

/// Serves connections until asked to stop; those that are being answered are finished first.
pub async fn serve<L>(mut listener: L, app: Router, limits: Limits, stop: impl Future<Output = ()>)
where
    L: Listener<Addr = SocketAddr>,
{
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
    let builder = Arc::new(builder);
    let (room, addresses) = (
        Arc::new(Semaphore::new(limits.connections)),
        Addresses::default(),
    );
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (io, peer) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
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
        let app = app.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            app.clone().oneshot(request)
        });
        let (builder, watcher) = (builder.clone(), graceful.watcher());
        tokio::spawn(async move {
            let connection = builder.serve_connection(TokioIo::new(io), service);
            if let Err(error) = watcher.watch(connection.into_owned()).await {
                tracing::debug!(%error, "connection.ended");
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
