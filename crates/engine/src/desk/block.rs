//! A visitor is turned away from now on, by the address that his conversation came from.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use domain::{
    conversation::Phase,
    ids::{BlockId, ConversationId},
    journal::{Author, EndedBecause},
    permission::Permission,
};
use futures_util::FutureExt as _;

use crate::{
    App, Error, ErrorKind, Result, SignedInAgent,
    admin::{self, Administered as _},
    conversation::{EndConversation, finish},
    definition::Block,
    idempotency::{Done, Keep},
    routing::{self, Loaded},
};

/// What is blocked, and what becomes of the conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockVisitor {
    /// Why, for whoever looks at the blocks later.
    pub note: Option<String>,
    /// The whole network of the address: a /24 of IPv4, a /64 of IPv6.
    pub network: bool,
    /// End the conversation, too.
    pub ends: bool,
}

/// The first and the last address that are blocked.
fn range(address: IpAddr, network: bool) -> (IpAddr, IpAddr) {
    match address.to_canonical() {
        address if !network => (address, address),
        IpAddr::V4(address) => {
            let first = u32::from(address) & !0xff;
            (Ipv4Addr::from(first).into(), Ipv4Addr::from(first | 0xff).into())
        }
        IpAddr::V6(address) => {
            let first = u128::from(address) & !u128::from(u64::MAX);
            (Ipv6Addr::from(first).into(), Ipv6Addr::from(first | u128::from(u64::MAX)).into())
        }
    }
}

impl App {
    /// Turns the visitor of a conversation away from now on. Of two blocks of the same addresses the first stays.
    ///
    /// # Errors
    /// `Forbidden` without the permission to block, or to end what is another's; `Conflict` if the address is not known (any more).
    pub async fn block_visitor(
        &self,
        who: &SignedInAgent,
        id: ConversationId,
        block: BlockVisitor,
        keep: Option<Keep<(BlockId, Block)>>,
    ) -> Result<Done<(BlockId, Block)>> {
        who.require(Permission::BlockVisitors)?;
        self.may_read(who, id).await?;
        let work = Arc::new((self.clone(), self.scope(who.workspace)?, who.clone(), block, keep));
        let done = self
            .store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (app, scope, who, block, keep) = &*work;
                    let workspace = scope.workspace();
                    let directory = admin::present(tx, scope).await?;
                    if let Some(earlier) = Keep::earlier(keep.as_ref(), tx).await? {
                        return Ok(Done::Before(earlier));
                    }
                    let mut loaded = Loaded::lock(tx, scope).await?;
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    let origin = tx.origin(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    let address: IpAddr = origin.address.parse().map_err(|_| ErrorKind::Conflict("the visitor's address is not known"))?;
                    let (first, last) = range(address, block.network);
                    let mut new = Block {
                        from: first.to_string(),
                        to: last.to_string(),
                        note: block.note.clone(),
                        by: Some(who.agent),
                        at: scope.now,
                    };
                    let known = directory.blocks.iter().find(|(_, known)| known.range().ok() == new.range().ok());
                    let made = match known {
                        Some((known, block)) => (*known, block.clone()),
                        None => {
                            let made: BlockId = scope.id();
                            new.check(made, None, &directory, who, scope.now)?;
                            admin::put(tx, scope, who.actor(), made, &new, "created").await?;
                            (made, new)
                        }
                    };
                    if block.ends && conversation.phase != Phase::Ended {
                        let owns = conversation.phase.owner() == Some(who.agent);
                        if !owns {
                            who.require(Permission::SuperviseConversations)?;
                        }
                        let end = EndConversation { by: Author::Agent { agent: who.agent }, because: EndedBecause::Agent };
                        finish(tx, scope, &mut loaded, &mut conversation, end).await?;
                        routing::settle(tx, scope, &mut loaded).await?;
                    }
                    Keep::keep(keep.as_ref(), tx, app, &made).await?;
                    Ok(Done::Now(made))
                }
                .boxed()
            })
            .await?;
        self.reload().await?;
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_the_24_or_64_bits_that_an_address_begins_with() {
        for (address, network, first, last) in [
            ("192.0.2.77", false, "192.0.2.77", "192.0.2.77"),
            ("192.0.2.77", true, "192.0.2.0", "192.0.2.255"),
            ("::ffff:192.0.2.77", true, "192.0.2.0", "192.0.2.255"),
            ("2001:db8:1:2:3:4:5:6", false, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"),
            ("2001:db8:1:2:3:4:5:6", true, "2001:db8:1:2::", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ] {
            let (from, to) = range(address.parse().unwrap(), network);
            assert_eq!((from.to_string(), to.to_string()), (first.to_owned(), last.to_owned()), "{address}");
        }
    }
}
