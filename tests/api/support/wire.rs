//! A TCP connection, for what an HTTP client does not do.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// How long a test waits for the other side.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection on which bytes are sent as they are given.
pub struct Wire(TcpStream);

impl Wire {
    pub async fn open(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    /// Opens a connection with a small receive buffer, so that the other side soon cannot send what is not
    /// read.
    pub async fn narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        Self(socket.connect(address).await.unwrap())
    }

    /// Reads at most `most` bytes and tells how many came: none once the other side has closed the
    /// connection.
    pub async fn some(&mut self, most: usize) -> usize {
        let mut bytes = vec![0; most];
        tokio::time::timeout(PATIENCE, self.0.read(&mut bytes)).await.unwrap().unwrap()
    }

    /// Resets the connection.
    pub fn reset(self) {
        self.0.set_zero_linger().unwrap();
    }

    /// Sends a text; tells whether the connection still accepted it.
    pub async fn send(&mut self, text: &str) -> bool {
        self.0.write_all(text.as_bytes()).await.is_ok()
    }

    /// Reads one answer with its body, whose length is in `Content-Length`.
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
            let mut chunk = [0; 1024];
            let count = tokio::time::timeout(PATIENCE, self.0.read(&mut chunk)).await.unwrap().unwrap();
            assert!(count > 0, "the connection ended within an answer: {text}");
            read.extend_from_slice(&chunk[..count]);
        }
    }

    /// Reads until the other side ends the connection.
    pub async fn rest(&mut self) -> String {
        let mut read = Vec::new();
        // A reset ends the connection too.
        let _ = tokio::time::timeout(PATIENCE, self.0.read_to_end(&mut read))
            .await
            .expect("the connection stays open");
        String::from_utf8_lossy(&read).into_owned()
    }
}
