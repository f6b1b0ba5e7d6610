//! A bare connection, for what no well-behaved client does.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// How long a test waits for anything on a wire.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection on which bytes are sent as they are given.
pub struct Wire(TcpStream);

impl Wire {
    pub async fn open(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    /// Opens one whose own end holds few bytes, so that what is not read soon stays with the other side.
    pub async fn narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        Self(socket.connect(address).await.unwrap())
    }

    /// Reads at most so many bytes; none once the other side has ended.
    pub async fn some(&mut self, most: usize) -> usize {
        let mut bytes = vec![0; most];
        tokio::time::timeout(PATIENCE, self.0.read(&mut bytes)).await.unwrap().unwrap()
    }

    /// Ends the connection as a broken line does.
    pub fn reset(self) {
        self.0.set_zero_linger().unwrap();
    }

    /// Sends bytes; says whether the other side still took them.
    pub async fn send(&mut self, text: &str) -> bool {
        self.0.write_all(text.as_bytes()).await.is_ok()
    }

    /// Reads one answer with its body, whose length its head tells.
    pub async fn answer(&mut self) -> String {
        let mut read = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&read).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.to_lowercase().lines().find_map(|line| {
                    line.strip_prefix("content-length: ").map(|length| length.parse::<usize>().unwrap())
                });
                if body.len() >= length.unwrap_or(0) {
                    return text;
                }
            }
            let mut byte = [0; 1024];
            let count = tokio::time::timeout(PATIENCE, self.0.read(&mut byte)).await.unwrap().unwrap();
            assert!(count > 0, "the connection ended within an answer: {text}");
            read.extend_from_slice(&byte[..count]);
        }
    }

    /// Reads until the other side ends the connection.
    pub async fn rest(&mut self) -> String {
        let mut read = Vec::new();
        // A reset is an end too.
        let _ = tokio::time::timeout(PATIENCE, self.0.read_to_end(&mut read)).await.expect("it stays open");
        String::from_utf8_lossy(&read).into_owned()
    }
}
