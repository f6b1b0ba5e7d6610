//! One SMTP conversation (RFC 5321).

use std::io::{Error, Result};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::{Fault, LOGIN, Phase, Received, Shared};

/// Longer than a client waits whose limit is one second.
const LATE: Duration = Duration::from_millis(1500);

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

struct Conversation {
    stream: BufReader<Box<dyn Stream>>,
    shared: Shared,
    encrypted: bool,
    logged_in: bool,
    from: String,
    to: String,
}

/// What comes after an answer.
enum Then {
    GoOn,
    End,
}

/// Serves one client until either side hangs up.
pub async fn hold(stream: TcpStream, shared: Shared) {
    // Errors are no failure here: in many tests the client closes the connection.
    let _ = converse(stream, shared).await;
}

async fn converse(stream: TcpStream, shared: Shared) -> Result<()> {
    let implicit = shared.implicit;
    let mut talk = Conversation {
        stream: BufReader::new(Box::new(stream)),
        shared,
        encrypted: false,
        logged_in: false,
        from: String::new(),
        to: String::new(),
    };
    if implicit {
        talk = talk.encrypt().await?;
    }
    if let Then::End = talk.answer(Phase::Banner, "220 localhost ESMTP").await? {
        return Ok(());
    }
    while let Some(line) = talk.line().await? {
        if !talk.encrypted {
            talk.shared.world().said_in_the_clear.push(line.clone());
        }
        let verb = line.split([' ', ':']).next().unwrap().to_ascii_uppercase();
        let then = match verb.as_str() {
            "EHLO" => talk.ehlo().await?,
            "STARTTLS" => match talk.answer(Phase::StartTls, "220 go ahead").await? {
                Then::GoOn => {
                    talk = talk.encrypt().await?;
                    Then::GoOn
                }
                Then::End => Then::End,
            },
            "AUTH" => talk.auth(&line).await?,
            "MAIL" => talk.mail(&line).await?,
            "RCPT" => talk.rcpt(&line).await?,
            "DATA" => talk.data().await?,
            "RSET" | "NOOP" => talk.say("250 2.0.0 ok").await?,
            "QUIT" => {
                talk.say("221 2.0.0 bye").await?;
                Then::End
            }
            _ => talk.say("502 5.5.1 not here").await?,
        };
        if let Then::End = then {
            break;
        }
    }
    Ok(())
}

/// The address between angle brackets.
fn address(line: &str) -> String {
    line.split_once('<').unwrap().1.split_once('>').unwrap().0.to_owned()
}

impl Conversation {
    async fn encrypt(self) -> Result<Self> {
        let inner = self.stream.into_inner();
        let stream: Box<dyn Stream> = Box::new(self.shared.tls.accept(inner).await?);
        Ok(Self { stream: BufReader::new(stream), encrypted: true, ..self })
    }

    async fn line(&mut self) -> Result<Option<String>> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).await?;
        Ok((read > 0).then(|| line.trim_end().to_owned()))
    }

    async fn say(&mut self, text: &str) -> Result<Then> {
        self.stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).await?;
        self.stream.get_mut().flush().await?;
        // A server that answers 421 closes the connection (RFC 5321, 3.8).
        Ok(if text.starts_with("421") { Then::End } else { Then::GoOn })
    }

    async fn flood(&mut self) -> Result<Then> {
        loop {
            let written = self.stream.get_mut().write(&[b'x'; 4096]).await?;
            self.shared.world().flooded += written;
        }
    }

    /// Gives the good answer, or acts as the fault of this phase says.
    async fn answer(&mut self, phase: Phase, good_answer: &str) -> Result<Then> {
        match self.shared.fault(phase, &self.to) {
            None | Some(Fault::Lacks(_)) => self.say(good_answer).await,
            Some(Fault::Adds(words)) => self.say(&format!("{good_answer}\r\n{words}")).await,
            Some(Fault::SpeaksLatin) => {
                let latin = [&good_answer.as_bytes()[..4], b"caf\xE9 ESMTP\r\n"].concat();
                self.stream.get_mut().write_all(&latin).await.map(|()| Then::GoOn)
            }
            Some(Fault::Floods) => self.flood().await,
            Some(Fault::Says(words) | Fault::SaysLate(words)) => {
                self.say(words).await?;
                Err(Error::other("refused"))
            }
            Some(Fault::Hangs | Fault::TakesAndHangs) => std::future::pending().await,
            Some(Fault::HangsUp | Fault::TakesAndHangsUp) => Ok(Then::End),
            Some(Fault::TakesAfter(time)) => {
                tokio::time::sleep(time).await;
                self.say(good_answer).await
            }
        }
    }

    /// Answers as [`Self::answer`] does, in a phase after whose refusal the client may go on. Also tells
    /// whether the answer was the good one.
    async fn answer_and_go_on(&mut self, phase: Phase, good_answer: &str) -> Result<(Then, bool)> {
        match self.shared.fault(phase, &self.to) {
            Some(Fault::Says(words)) => Ok((self.say(words).await?, false)),
            Some(Fault::SaysLate(words)) => {
                tokio::time::sleep(LATE).await;
                Ok((self.say(words).await?, false))
            }
            Some(Fault::Floods) => Ok((self.flood().await?, false)),
            None | Some(Fault::Lacks(_) | Fault::Adds(_) | Fault::SpeaksLatin) => {
                Ok((self.say(good_answer).await?, true))
            }
            Some(Fault::Hangs | Fault::TakesAndHangs) => std::future::pending().await,
            Some(Fault::HangsUp | Fault::TakesAndHangsUp) => Ok((Then::End, false)),
            Some(Fault::TakesAfter(time)) => {
                tokio::time::sleep(time).await;
                Ok((self.say(good_answer).await?, true))
            }
        }
    }

    async fn ehlo(&mut self) -> Result<Then> {
        let lacking = match self.shared.fault(Phase::Ehlo, "") {
            Some(Fault::Lacks(extension)) => extension,
            Some(Fault::Says(words)) => return self.say(words).await,
            Some(Fault::HangsUp) => return Ok(Then::End),
            Some(_) => std::future::pending().await,
            None => "",
        };
        let offered = if self.encrypted { "AUTH PLAIN LOGIN" } else { "STARTTLS" };
        if !lacking.is_empty() && offered.starts_with(lacking) {
            return self.say("250-localhost\r\n250 PIPELINING").await;
        }
        self.say(&format!("250-localhost\r\n250-PIPELINING\r\n250 {offered}")).await
    }

    async fn auth(&mut self, line: &str) -> Result<Then> {
        let expected = STANDARD.encode(format!("\0{}\0{}", LOGIN.0, LOGIN.1));
        let valid = self.encrypted && line == format!("AUTH PLAIN {expected}");
        if !valid {
            return self.say("535 5.7.8 no").await;
        }
        let (then, accepted) = self.answer_and_go_on(Phase::Auth, "235 2.7.0 ok").await?;
        self.logged_in = accepted;
        Ok(then)
    }

    async fn mail(&mut self, line: &str) -> Result<Then> {
        if !self.logged_in {
            return self.say("530 5.7.0 log in first").await;
        }
        (self.from, self.to) = (address(line), String::new());
        Ok(self.answer_and_go_on(Phase::Mail, "250 2.1.0 ok").await?.0)
    }

    async fn rcpt(&mut self, line: &str) -> Result<Then> {
        self.to = address(line);
        Ok(self.answer_and_go_on(Phase::Rcpt, "250 2.1.5 ok").await?.0)
    }

    async fn data(&mut self) -> Result<Then> {
        let (then, accepted) = self.answer_and_go_on(Phase::Data, "354 go on").await?;
        if !accepted {
            return Ok(then);
        }
        let mut raw = String::new();
        loop {
            let line = self.line().await?.ok_or_else(|| Error::other("broken off"))?;
            if line == "." {
                break;
            }
            raw.push_str(line.strip_prefix('.').unwrap_or(&line));
            raw.push_str("\r\n");
        }
        let fault = self.shared.fault(Phase::Dot, &self.to);
        let takes = matches!(
            fault,
            None | Some(Fault::TakesAfter(_) | Fault::TakesAndHangs | Fault::TakesAndHangsUp)
        );
        if takes {
            let received = Received { from: self.from.clone(), to: self.to.clone(), raw };
            self.shared.world().received.push(received);
        }
        match fault {
            Some(Fault::Says(words)) => self.say(words).await,
            Some(Fault::SaysLate(words)) => {
                tokio::time::sleep(LATE).await;
                self.say(words).await
            }
            Some(Fault::Hangs | Fault::TakesAndHangs) => std::future::pending().await,
            Some(Fault::HangsUp | Fault::TakesAndHangsUp) => Ok(Then::End),
            Some(Fault::Floods) => self.flood().await,
            Some(Fault::TakesAfter(time)) => {
                tokio::time::sleep(time).await;
                self.say("250 2.0.0 taken").await
            }
            None | Some(Fault::Lacks(_) | Fault::Adds(_) | Fault::SpeaksLatin) => {
                self.say("250 2.0.0 taken").await
            }
        }
    }
}
