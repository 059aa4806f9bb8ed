//! The connections of a provider, plain or TLS, with a handle by which an answer can be cut, reset, or replaced by bytes
//! that are no HTTP. It knows nothing of requests.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep};
use tokio_rustls::{Accept, TlsAcceptor, server::TlsStream};

/// How a connection ends before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// By a TCP reset.
    Reset,
    /// By a close, without an answer.
    Close,
    /// By a close after these bytes.
    After(Vec<u8>),
}

/// What a handler does to the connection of its request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lever(Arc<Mutex<Option<Ending>>>);

impl Lever {
    /// Ends the connection instead of the next answer.
    pub(crate) fn end(&self, ending: Ending) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ending);
    }

    fn taken(&self) -> Option<Ending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A connection on which nothing was read or written for so long is closed, at the latest after twice as long: whoever
/// opens many and says nothing, or begins a handshake or a request and never ends it, keeps none. What a test lets hang
/// or hold goes on for longer than anybody waits.
pub(crate) const IDLE: Duration = Duration::from_mins(5);

/// A connection on its way to the thread that serves it.
type Arrival = (std::net::TcpStream, SocketAddr);

/// Accepts connections and hands them round, so that each serving thread has its share and none is woken for another's.
pub(crate) struct Door {
    tcp: TcpListener,
    to: Vec<mpsc::UnboundedSender<Arrival>>,
}

impl Door {
    /// A door with so many listeners behind it.
    pub(crate) fn new(
        listener: std::net::TcpListener,
        tls: Option<&TlsAcceptor>,
        count: usize,
        idle: Duration,
    ) -> io::Result<(Self, Vec<WireListener>)> {
        let address = listener.local_addr()?;
        let (to, from): (Vec<_>, Vec<_>) = (0..count).map(|_| mpsc::unbounded_channel()).unzip();
        let behind =
            from.into_iter().map(|arrivals| WireListener { arrivals, tls: tls.cloned(), address, idle });
        Ok((Self { tcp: TcpListener::from_std(listener)?, to }, behind.collect()))
    }

    /// Accepts until nobody serves any more.
    pub(crate) async fn open(mut self) {
        for next in (0..self.to.len()).cycle() {
            let (stream, address) = Listener::accept(&mut self.tcp).await;
            // Answers are small and written at once: waiting for more to send with them only delays them.
            let _ = stream.set_nodelay(true);
            let Ok(stream) = stream.into_std() else { continue };
            if self.to[next].send((stream, address)).is_err() {
                return;
            }
        }
    }
}

/// Takes what comes through a door, and gives every connection a lever.
pub(crate) struct WireListener {
    arrivals: mpsc::UnboundedReceiver<Arrival>,
    tls: Option<TlsAcceptor>,
    address: SocketAddr,
    idle: Duration,
}

impl Listener for WireListener {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, address) = loop {
            match self.arrivals.recv().await {
                Some((stream, address)) => match TcpStream::from_std(stream) {
                    Ok(stream) => break (stream, address),
                    Err(error) => tracing::warn!(%error, "a connection was lost"),
                },
                None => std::future::pending().await,
            }
        };
        let stream = match &self.tls {
            Some(acceptor) => Stream::Greeting(Box::new(acceptor.accept(stream))),
            None => Stream::Plain(stream),
        };
        (Wire { stream, lever: Lever::default(), sent: 0, patience: Patience::of(self.idle) }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, WireListener>> for Lever {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        stream.io().lever.clone()
    }
}

/// A connection.
pub(crate) struct Wire {
    stream: Stream,
    lever: Lever,
    /// How many of the last bytes were sent.
    sent: usize,
    patience: Patience,
}

/// How long nothing may move.
struct Patience {
    each: Duration,
    alarm: Pin<Box<Sleep>>,
    /// Whether something moved since the alarm was set. Setting it anew each time would cost more.
    moved: bool,
}

impl Patience {
    #[expect(clippy::disallowed_methods, reason = "an alarm that mostly never goes off; nobody waits for it")]
    fn of(each: Duration) -> Self {
        Self { each, alarm: Box::pin(sleep(each)), moved: false }
    }

    /// An error when it is over; otherwise whoever asks is woken when it may be.
    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        while self.alarm.as_mut().poll(context).is_ready() {
            if !std::mem::take(&mut self.moved) {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.alarm.as_mut().reset(Instant::now() + self.each);
        }
        Ok(())
    }
}

enum Stream {
    Plain(TcpStream),
    /// The TLS handshake is not over; whoever reads or writes first carries it on.
    Greeting(Box<Accept<TcpStream>>),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Reading and writing, whatever is below.
trait Duplex: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Duplex for T {}

impl Stream {
    /// The stream when it is ready to carry data.
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<&mut dyn Duplex>> {
        if let Self::Greeting(greeting) = self {
            let stream = ready!(Pin::new(greeting.as_mut()).poll(context))?;
            *self = Self::Tls(Box::new(stream));
        }
        match self {
            Self::Plain(stream) => Poll::Ready(Ok(stream)),
            Self::Tls(stream) => Poll::Ready(Ok(stream.as_mut())),
            Self::Greeting(_) => Poll::Pending,
        }
    }

    fn tcp(&self) -> Option<&TcpStream> {
        match self {
            Self::Plain(stream) => Some(stream),
            Self::Greeting(greeting) => greeting.get_ref(),
            Self::Tls(stream) => Some(stream.get_ref().0),
        }
    }
}

impl Wire {
    /// Carries out how the connection is to end; always an error in the end, upon which it is dropped.
    fn poll_ending(&mut self, ending: &Ending, context: &mut Context<'_>) -> Poll<io::Error> {
        if let Ending::After(bytes) = ending {
            let stream = match ready!(self.stream.poll_ready(context)) {
                Ok(stream) => stream,
                Err(error) => return Poll::Ready(error),
            };
            while let Some(rest) = bytes.get(self.sent..).filter(|rest| !rest.is_empty()) {
                match ready!(Pin::new(&mut *stream).poll_write(context, rest)) {
                    Ok(0) | Err(_) => break,
                    Ok(written) => self.sent += written,
                }
            }
            let _ = ready!(Pin::new(stream).poll_flush(context));
        }
        if *ending == Ending::Reset
            && let Some(tcp) = self.stream.tcp()
        {
            // A linger of zero makes the close a reset.
            let _ = tcp.set_zero_linger();
        }
        Poll::Ready(io::Error::from(io::ErrorKind::ConnectionAborted))
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.patience.check(context)?;
        let before = buffer.filled().len();
        let stream = ready!(self.stream.poll_ready(context))?;
        let read = Pin::new(stream).poll_read(context, buffer);
        self.patience.moved |= buffer.filled().len() > before;
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(ending) = self.lever.taken() {
            return Poll::Ready(Err(ready!(self.poll_ending(&ending, context))));
        }
        self.patience.check(context)?;
        let stream = ready!(self.stream.poll_ready(context))?;
        let written = Pin::new(stream).poll_write(context, bytes);
        self.patience.moved |= written.is_ready();
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if matches!(self.stream, Stream::Greeting(_)) {
            return Poll::Ready(Ok(()));
        }
        let stream = ready!(self.stream.poll_ready(context))?;
        Pin::new(stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if matches!(self.stream, Stream::Greeting(_)) || self.lever.taken() == Some(Ending::Reset) {
            return Poll::Ready(Ok(()));
        }
        let stream = ready!(self.stream.poll_ready(context))?;
        Pin::new(stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_connection_on_which_nothing_moves_any_more_is_closed() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let (door, mut behind) = Door::new(listener, None, 1, Duration::from_millis(20)).expect("a door");
        let mut behind = behind.pop().expect("one listener");
        let mut client = TcpStream::connect(behind.address).await.expect("a connection");
        let opened = tokio::spawn(door.open());
        let (mut wire, _) = behind.accept().await;
        client.write_all(b"GET / HT").await.expect("it is open");
        let mut heard = [0; 8];
        wire.read_exact(&mut heard).await.expect("what was said");
        let error = wire.read(&mut [0; 64]).await.expect_err("neither more nor an end");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        opened.abort();
    }

    #[tokio::test]
    async fn whoever_moves_has_time_anew() {
        let each = Duration::from_millis(5);
        let mut patience = Patience { moved: true, ..Patience::of(each) };
        let begun = Instant::now();
        let over = std::future::poll_fn(|context| match patience.check(context) {
            Ok(()) => Poll::Pending,
            Err(error) => Poll::Ready(error.kind()),
        });
        assert_eq!(over.await, io::ErrorKind::TimedOut);
        assert!(begun.elapsed() >= 2 * each);
    }
}
