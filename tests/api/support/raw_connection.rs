//! A TCP connection for tests that send or read what an HTTP client would not.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// How long a test waits until bytes arrive.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// A connection on which bytes are sent unchanged.
pub struct RawConnection(TcpStream);

impl RawConnection {
    pub async fn open(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    /// Opens a connection with a receive buffer of 16 KiB, so that the service soon cannot send more unless the
    /// test reads.
    pub async fn open_with_small_buffer(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        Self(socket.connect(address).await.unwrap())
    }

    /// Reads at most `max` bytes and returns how many came: 0 once the service has closed the connection.
    pub async fn read_some(&mut self, max: usize) -> usize {
        let mut bytes = vec![0; max];
        tokio::time::timeout(READ_TIMEOUT, self.0.read(&mut bytes)).await.unwrap().unwrap()
    }

    /// Closes the connection with a TCP reset.
    pub fn reset(self) {
        self.0.set_zero_linger().unwrap();
    }

    /// Sends a text and returns whether the connection accepted it.
    pub async fn send(&mut self, text: &str) -> bool {
        self.0.write_all(text.as_bytes()).await.is_ok()
    }

    /// Sends bytes. The service may have closed the connection.
    pub async fn send_bytes(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes).await;
    }

    /// Reads one response: the head, and a body whose length is in `Content-Length`.
    pub async fn read_response(&mut self) -> String {
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
            let count = tokio::time::timeout(READ_TIMEOUT, self.0.read(&mut chunk)).await.unwrap().unwrap();
            assert!(count > 0, "the connection ended within a response: {text}");
            read.extend_from_slice(&chunk[..count]);
        }
    }

    /// Reads the head of a response that has no body.
    pub async fn read_head(&mut self) -> String {
        let mut read = Vec::new();
        while !read.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            let count = tokio::time::timeout(READ_TIMEOUT, self.0.read(&mut byte)).await.unwrap().unwrap();
            assert!(count > 0, "the connection ended within a head");
            read.push(byte[0]);
        }
        String::from_utf8(read).unwrap()
    }

    /// Reads until the service closes the connection.
    pub async fn read_to_end(&mut self) -> String {
        let mut read = Vec::new();
        // A reset closes the connection too, so an error is ignored.
        let _ = tokio::time::timeout(READ_TIMEOUT, self.0.read_to_end(&mut read))
            .await
            .expect("the connection stays open");
        String::from_utf8_lossy(&read).into_owned()
    }
}
