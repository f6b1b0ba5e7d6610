//! One SMTP session (RFC 5321).

use std::io::{Error, Result};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::{Fault, LOGIN, Phase, Received, Shared};

/// The delay of a late reply: longer than a client waits that has a timeout of one second.
const LATE: Duration = Duration::from_millis(1500);

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

struct Session {
    stream: BufReader<Box<dyn Stream>>,
    shared: Shared,
    encrypted: bool,
    logged_in: bool,
    from: String,
    to: String,
}

/// What the server does after a reply.
enum Next {
    ReadCommand,
    Close,
}

/// Serves one client until either side closes the connection.
pub async fn run(stream: TcpStream, shared: Shared) {
    // An error does not fail the test: in many tests the client closes the connection.
    let _ = serve(stream, shared).await;
}

async fn serve(stream: TcpStream, shared: Shared) -> Result<()> {
    let implicit_tls = shared.implicit_tls;
    let mut session = Session {
        stream: BufReader::new(Box::new(stream)),
        shared,
        encrypted: false,
        logged_in: false,
        from: String::new(),
        to: String::new(),
    };
    if implicit_tls {
        session = session.encrypt().await?;
    }
    if let Next::Close = session.reply_or_end(Phase::Banner, "220 localhost ESMTP").await? {
        return Ok(());
    }
    while let Some(line) = session.read_line().await? {
        if !session.encrypted {
            session.shared.state().unencrypted_commands.push(line.clone());
        }
        let verb = line.split([' ', ':']).next().unwrap().to_ascii_uppercase();
        let next = match verb.as_str() {
            "EHLO" => session.ehlo().await?,
            "STARTTLS" => match session.reply_or_end(Phase::StartTls, "220 go ahead").await? {
                Next::ReadCommand => {
                    session = session.encrypt().await?;
                    Next::ReadCommand
                }
                Next::Close => Next::Close,
            },
            "AUTH" => session.auth(&line).await?,
            "MAIL" => session.mail(&line).await?,
            "RCPT" => session.rcpt(&line).await?,
            "DATA" => session.data().await?,
            "RSET" | "NOOP" => session.send("250 2.0.0 ok").await?,
            "QUIT" => {
                session.send("221 2.0.0 bye").await?;
                Next::Close
            }
            _ => session.send("502 5.5.1 not here").await?,
        };
        if let Next::Close = next {
            break;
        }
    }
    Ok(())
}

/// The address between angle brackets.
fn address(line: &str) -> String {
    line.split_once('<').unwrap().1.split_once('>').unwrap().0.to_owned()
}

impl Session {
    async fn encrypt(self) -> Result<Self> {
        let inner = self.stream.into_inner();
        let stream: Box<dyn Stream> = Box::new(self.shared.tls.accept(inner).await?);
        Ok(Self { stream: BufReader::new(stream), encrypted: true, ..self })
    }

    async fn read_line(&mut self) -> Result<Option<String>> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).await?;
        Ok((read > 0).then(|| line.trim_end().to_owned()))
    }

    async fn send(&mut self, reply: &str) -> Result<Next> {
        self.stream.get_mut().write_all(format!("{reply}\r\n").as_bytes()).await?;
        self.stream.get_mut().flush().await?;
        // A server that replies 421 closes the connection (RFC 5321, 3.8).
        Ok(if reply.starts_with("421") { Next::Close } else { Next::ReadCommand })
    }

    async fn send_without_end(&mut self) -> Result<Next> {
        loop {
            let written = self.stream.get_mut().write(&[b'x'; 4096]).await?;
            self.shared.state().endless_reply_bytes += written;
        }
    }

    /// Sends the usual reply, or does what the fault of this phase says. A reply of a fault ends the session.
    async fn reply_or_end(&mut self, phase: Phase, usual: &str) -> Result<Next> {
        match self.shared.take_fault(phase, &self.to) {
            None | Some(Fault::MissingExtension(_)) => self.send(usual).await,
            Some(Fault::ExtraReplies(lines)) => self.send(&format!("{usual}\r\n{lines}")).await,
            Some(Fault::Latin1Reply) => {
                let latin1 = [&usual.as_bytes()[..4], b"caf\xE9 ESMTP\r\n"].concat();
                self.stream.get_mut().write_all(&latin1).await.map(|()| Next::ReadCommand)
            }
            Some(Fault::EndlessReply) => self.send_without_end().await,
            Some(Fault::Reply(reply) | Fault::LateReply(reply)) => {
                self.send(reply).await?;
                Err(Error::other("refused"))
            }
            Some(Fault::Hang | Fault::AcceptThenHang) => std::future::pending().await,
            Some(Fault::Disconnect | Fault::AcceptThenDisconnect) => Ok(Next::Close),
            Some(Fault::AcceptAfter(time)) => {
                tokio::time::sleep(time).await;
                self.send(usual).await
            }
        }
    }

    /// Sends the usual reply, or does what the fault of this phase says. After a reply of a fault the client
    /// may send other commands. The flag says whether the usual reply was sent.
    async fn reply_and_continue(&mut self, phase: Phase, usual: &str) -> Result<(Next, bool)> {
        match self.shared.take_fault(phase, &self.to) {
            Some(Fault::Reply(reply)) => Ok((self.send(reply).await?, false)),
            Some(Fault::LateReply(reply)) => {
                tokio::time::sleep(LATE).await;
                Ok((self.send(reply).await?, false))
            }
            Some(Fault::EndlessReply) => Ok((self.send_without_end().await?, false)),
            None | Some(Fault::MissingExtension(_) | Fault::ExtraReplies(_) | Fault::Latin1Reply) => {
                Ok((self.send(usual).await?, true))
            }
            Some(Fault::Hang | Fault::AcceptThenHang) => std::future::pending().await,
            Some(Fault::Disconnect | Fault::AcceptThenDisconnect) => Ok((Next::Close, false)),
            Some(Fault::AcceptAfter(time)) => {
                tokio::time::sleep(time).await;
                Ok((self.send(usual).await?, true))
            }
        }
    }

    async fn ehlo(&mut self) -> Result<Next> {
        let missing = match self.shared.take_fault(Phase::Ehlo, "") {
            Some(Fault::MissingExtension(extension)) => extension,
            Some(Fault::Reply(reply)) => return self.send(reply).await,
            Some(Fault::Disconnect) => return Ok(Next::Close),
            Some(_) => std::future::pending().await,
            None => "",
        };
        let offered = if self.encrypted { "AUTH PLAIN LOGIN" } else { "STARTTLS" };
        if !missing.is_empty() && offered.starts_with(missing) {
            return self.send("250-localhost\r\n250 PIPELINING").await;
        }
        self.send(&format!("250-localhost\r\n250-PIPELINING\r\n250 {offered}")).await
    }

    async fn auth(&mut self, line: &str) -> Result<Next> {
        let expected = STANDARD.encode(format!("\0{}\0{}", LOGIN.0, LOGIN.1));
        let valid = self.encrypted && line == format!("AUTH PLAIN {expected}");
        if !valid {
            return self.send("535 5.7.8 no").await;
        }
        let (next, accepted) = self.reply_and_continue(Phase::Auth, "235 2.7.0 ok").await?;
        self.logged_in = accepted;
        Ok(next)
    }

    async fn mail(&mut self, line: &str) -> Result<Next> {
        if !self.logged_in {
            return self.send("530 5.7.0 log in first").await;
        }
        (self.from, self.to) = (address(line), String::new());
        Ok(self.reply_and_continue(Phase::Mail, "250 2.1.0 ok").await?.0)
    }

    async fn rcpt(&mut self, line: &str) -> Result<Next> {
        self.to = address(line);
        Ok(self.reply_and_continue(Phase::Rcpt, "250 2.1.5 ok").await?.0)
    }

    async fn data(&mut self) -> Result<Next> {
        let (next, accepted) = self.reply_and_continue(Phase::Data, "354 go on").await?;
        if !accepted {
            return Ok(next);
        }
        let mut raw = String::new();
        loop {
            let line = self.read_line().await?.ok_or_else(|| Error::other("the content is incomplete"))?;
            if line == "." {
                break;
            }
            raw.push_str(line.strip_prefix('.').unwrap_or(&line));
            raw.push_str("\r\n");
        }
        let fault = self.shared.take_fault(Phase::EndOfData, &self.to);
        let accepts = matches!(
            fault,
            None | Some(Fault::AcceptAfter(_) | Fault::AcceptThenHang | Fault::AcceptThenDisconnect)
        );
        if accepts {
            let received = Received { from: self.from.clone(), to: self.to.clone(), raw };
            self.shared.state().received.push(received);
        }
        match fault {
            Some(Fault::Reply(reply)) => self.send(reply).await,
            Some(Fault::LateReply(reply)) => {
                tokio::time::sleep(LATE).await;
                self.send(reply).await
            }
            Some(Fault::Hang | Fault::AcceptThenHang) => std::future::pending().await,
            Some(Fault::Disconnect | Fault::AcceptThenDisconnect) => Ok(Next::Close),
            Some(Fault::EndlessReply) => self.send_without_end().await,
            Some(Fault::AcceptAfter(time)) => {
                tokio::time::sleep(time).await;
                self.send("250 2.0.0 taken").await
            }
            None | Some(Fault::MissingExtension(_) | Fault::ExtraReplies(_) | Fault::Latin1Reply) => {
                self.send("250 2.0.0 taken").await
            }
        }
    }
}
