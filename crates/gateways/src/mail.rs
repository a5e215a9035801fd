//! The port to the mail system, and its adapter over SMTP.

use async_trait::async_trait;
use lettre::message::{Mailbox as Address, MultiPart};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::response::Code;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Our id: the Message-ID, so that a letter sent twice is recognised.
    pub id: String,
    /// To whom.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Text; the first line that is an address becomes the button of the HTML part.
    pub text: String,
}

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Trying again may help.
    #[error("the mail server did not take it now: {0}")]
    Temporary(String),
    /// It will never be taken.
    #[error("the mail server refuses it: {0}")]
    Permanent(String),
}

/// The port.
#[async_trait]
pub trait Mail: Send + Sync + std::fmt::Debug {
    /// Hands a letter over.
    async fn send(&self, letter: &Letter) -> Result<(), MailError>;
}

/// The adapter over SMTP.
#[derive(Debug)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
    domain: String,
}

impl Smtp {
    /// `url` is `smtps://user:password@host`, `smtp://host:587?tls=required` or, inside one's own
    /// network, `smtp://host:25`; `from` is `Name <address>`. `authority` is the certificate, in PEM form,
    /// of who has signed the server's one, where that is nobody the world knows: then nothing is sent
    /// without encryption.
    ///
    /// # Errors
    /// [`MailError::Permanent`] names what is not understood.
    pub fn new(url: &str, from: &str, authority: Option<&[u8]>) -> Result<Self, MailError> {
        crate::http::install_tls();
        let wrong = |what: &str, error: &dyn std::fmt::Display| {
            MailError::Permanent(format!("{what} is not understood: {error}"))
        };
        let from: Address = from.parse().map_err(|error| wrong("sender", &error))?;
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| wrong("SMTP address", &error))?;
        if let Some(pem) = authority {
            let address = url::Url::parse(url).map_err(|error| wrong("SMTP address", &error))?;
            // The library takes a file without any certificate and trusts nobody then.
            CertificateDer::from_pem_slice(pem).map_err(|error| wrong("certificate", &error))?;
            let trusted = Certificate::from_pem(pem);
            let trusted = trusted.map_err(|error| wrong("certificate", &error))?;
            let host = address.host_str().unwrap_or_default().to_owned();
            let encryption = TlsParameters::builder(host)
                .add_root_certificate(trusted)
                .build()
                .map_err(|error| wrong("certificate", &error))?;
            transport = transport.tls(match address.scheme() {
                "smtps" => Tls::Wrapper(encryption),
                _ => Tls::Required(encryption),
            });
        }
        let transport = transport
            .timeout(Some(std::time::Duration::from_secs(20)))
            .build();
        let domain = from.email.domain().to_owned();
        Ok(Self {
            transport,
            from,
            domain,
        })
    }
}

#[async_trait]
impl Mail for Smtp {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let permanent = |error: &dyn std::fmt::Display| MailError::Permanent(error.to_string());
        let to: Address = letter.to.parse().map_err(|error| permanent(&error))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&letter.subject)
            .message_id(Some(format!("<{}@{}>", letter.id, self.domain)))
            .multipart(MultiPart::alternative_plain_html(
                letter.text.clone(),
                html(letter),
            ))
            .map_err(|error| permanent(&error))?;
        self.transport
            .send(message)
            .await
            .map(drop)
            .map_err(|error| {
                if error.status().is_some_and(is_about_the_letter) {
                    MailError::Permanent(error.to_string())
                } else {
                    MailError::Temporary(error.to_string())
                }
            })
    }
}

/// Is this a refusal for good of the letter or its reader? A refusal of *our* sign-in (53x) is not:
/// the letter waits until the setting is mended.
fn is_about_the_letter(code: Code) -> bool {
    let text = code.to_string();
    text.starts_with('5') && !text.starts_with("53")
}

/// The HTML part: paragraphs, and the link as a button that can also be read as text.
fn html(letter: &Letter) -> String {
    let mut body = String::new();
    for paragraph in letter.text.split("\n\n") {
        let escaped = escape(paragraph.trim());
        if paragraph.starts_with("https://") || paragraph.starts_with("http://") {
            body.push_str(&format!(
                "<p style=\"margin:24px 0\"><a href=\"{escaped}\" style=\"display:inline-block;padding:14px 24px;border-radius:12px;background:#3c41ae;color:#ffffff;font-weight:600;text-decoration:none\">{}</a></p><p style=\"margin:0 0 16px;font-size:14px;line-height:20px;color:#4a4f62;word-break:break-all\">{escaped}</p>",
                escape(&letter.subject),
            ));
        } else if !escaped.is_empty() {
            body.push_str(&format!(
                "<p style=\"margin:0 0 16px;font-size:17px;line-height:26px\">{}</p>",
                escaped.replace('\n', "<br>")
            ));
        }
    }
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title></head><body style=\"margin:0;padding:24px 16px;background:#f8f9fd;color:#171a2c;font-family:system-ui,Segoe UI,Roboto,sans-serif\"><div style=\"max-width:520px;margin:0 auto;padding:24px;border-radius:16px;background:#ffffff\"><h1 style=\"margin:0 0 16px;font-size:22px;line-height:28px\">{title}</h1>{body}</div></body></html>",
        title = escape(&letter.subject),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_html_part_escapes_what_people_wrote() {
        let letter = Letter {
            id: "1".into(),
            to: "a@mail.ru".into(),
            subject: "Тариф <b>".into(),
            text: "Строка & <script>\n\nhttps://lk.example/activate/x?a=1&b=2".into(),
        };
        let page = html(&letter);
        assert!(!page.contains("<script>") && !page.contains("Тариф <b>"));
        assert!(page.contains("href=\"https://lk.example/activate/x?a=1&amp;b=2\""));
    }

    #[test]
    fn wrong_addresses_are_named_at_start() {
        assert!(Smtp::new("ftp://x", "Орион <a@b.ru>", None).is_err());
        assert!(Smtp::new("smtp://127.0.0.1:2525", "no address", None).is_err());
        let from = "Орион Экспресс <lk@orion.example>";
        assert!(Smtp::new("smtp://127.0.0.1:2525", from, None).is_ok());
        assert!(Smtp::new("smtp://127.0.0.1:2525", from, Some(b"no certificate")).is_err());
    }
}
