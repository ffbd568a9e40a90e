//! The body of an answer to a poll: it counts as told when the client can have read all of it.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use engine::visitor::Receipt;
use http_body::{Body, Frame, SizeHint};

/// Hands out all bytes but the last, lets the connection write them out, and only then hands out the last one and gives the receipt. A client
/// that went away before is noticed by that writing: the body is dropped, the receipt with it, and the events are told again. Since the last
/// byte leaves after the receipt, no next poll can overtake it.
pub(super) struct Telling {
    bytes: Bytes,
    receipt: Option<Receipt>,
    written: bool,
}

impl Telling {
    pub(super) fn new(bytes: Bytes, receipt: Receipt) -> Self {
        Self { bytes, receipt: Some(receipt), written: false }
    }
}

impl Body for Telling {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.bytes.len() > 1 {
            let all_but_one = self.bytes.len() - 1;
            return Poll::Ready(Some(Ok(Frame::data(self.bytes.split_to(all_but_one)))));
        }
        if self.receipt.is_some() && !self.written {
            // The connection flushes what it has when a body is not ready.
            self.written = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if let Some(receipt) = self.receipt.take() {
            receipt.arrived();
        }
        if self.bytes.is_empty() {
            return Poll::Ready(None);
        }
        let last = std::mem::take(&mut self.bytes);
        Poll::Ready(Some(Ok(Frame::data(last))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.receipt.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}
