//! How much an SDK may send (12.4). SDKs hold these themselves; whoever does not is answered by them.

/// Bytes of an event's JSON.
pub const EVENT_BYTES: usize = 32 * 1024;
/// Bytes of a batch's JSON, after decompression.
pub const BATCH_BYTES: usize = 500 * 1024;
/// Events of a batch.
pub const BATCH_EVENTS: usize = 2_500;
/// Bytes of the `context` and `integrations` that a batch's events share: they are stored with each. Ours: what SDKs put there has about one kilobyte.
pub const SHARED_BYTES: usize = 8 * 1024;
/// Characters of a `messageId`.
pub const MESSAGE_ID: usize = 100;
/// Characters of a user's, anonymous or group id. Ours: Segment names none.
pub const ID: usize = 255;
/// Characters of an event's or a page's name. Ours: Segment names none.
pub const NAME: usize = 1_000;
/// Objects and arrays inside each other, the event itself counted. Ours: no SDK's reserved field goes beyond four.
pub const DEPTH: usize = 32;
/// Characters that an instant may have: the longest that SDKs write has 35.
pub(crate) const INSTANT: usize = 64;
