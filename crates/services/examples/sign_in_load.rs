//! Signs in over and over on a running cabinet, for the benchmark of signing in: a client that costs
//! next to nothing, since it shares the machine with what is measured.
//!
//!   `sign_in_load HOST:PORT CLIENTS LOGIN PASSWORD SECONDS`  prints the sign-ins a second
//!
//! Each client has a connection and cookies of its own and signs in once before the time counts.

#![expect(clippy::print_stdout, reason = "it reports to the script that runs it")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error + Send + Sync>;

struct Client {
    stream: BufReader<TcpStream>,
    host: String,
    cookies: BTreeMap<String, String>,
}

impl Client {
    fn connect(host: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
            host: host.to_owned(),
            cookies: BTreeMap::new(),
        })
    }

    fn sign_in(&mut self, form: &str) -> Result<(), Failure> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = format!(
            "POST /api/auth/sign-in HTTP/1.1\r\nhost: {}\r\naccept: application/json\r\ncookie: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            self.host,
            cookies.join("; "),
            form.len(),
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let status = self.line()?;
        let mut length = 0;
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            match name {
                "content-length" => length = value.trim().parse()?,
                "set-cookie" => {
                    let pair = value
                        .split(';')
                        .next()
                        .and_then(|pair| pair.split_once('='));
                    if let Some((name, value)) = pair {
                        self.cookies.insert(name.to_owned(), value.to_owned());
                    }
                }
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        if status.contains(" 200 ") || status.contains(" 302 ") {
            Ok(())
        } else {
            Err(format!("sign-in was answered {status}").into())
        }
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        if line.is_empty() {
            return Err("the connection was closed".into());
        }
        Ok(line.trim_end().to_owned())
    }
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, clients, login, password, seconds] = arguments.as_slice() else {
        return Err("HOST:PORT CLIENTS LOGIN PASSWORD SECONDS".into());
    };
    let (clients, seconds): (usize, u64) = (clients.parse()?, seconds.parse()?);
    let form = format!("login={login}&password={password}");
    let (done, together) = (AtomicU32::new(0), Barrier::new(clients));
    let work = || -> Result<Duration, Failure> {
        let client = Client::connect(host).and_then(|mut client| {
            client.sign_in(&form)?;
            Ok(client)
        });
        together.wait();
        let (mut client, begun) = (client?, Instant::now());
        while begun.elapsed() < Duration::from_secs(seconds) {
            client.sign_in(&form)?;
            done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(begun.elapsed())
    };
    let mut longest = Duration::ZERO;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..clients).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            let took = thread.join().map_err(|_| "a client has died")??;
            longest = longest.max(took);
        }
        Ok::<_, Failure>(())
    })?;
    println!(
        "{:.2}",
        f64::from(done.into_inner()) / longest.as_secs_f64()
    );
    Ok(())
}
