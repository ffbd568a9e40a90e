//! Names to addresses, with those left out that are not to be called. What is judged is what is connected to: there is no second look-up.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use futures_util::future::BoxFuture;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolving};

use crate::is_public;

/// Finds the addresses of a name. The system's, or that of a test.
pub trait Resolve: Send + Sync + fmt::Debug {
    /// All addresses that a name has.
    fn resolve(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// As the system does it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let name = name.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect()) })
    }
}

/// Why a name leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoAddress {
    #[error("the name has no address")]
    Unresolved,
    #[error("the name leads to a network that is not called")]
    Guarded,
}

/// Which addresses are called.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) allowed_networks: Arc<[IpNet]>,
}

impl Guard {
    pub(crate) fn allows(&self, address: IpAddr) -> bool {
        is_public(address) || self.allowed_networks.iter().any(|network| network.contains(&address))
    }
}

impl reqwest::dns::Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, found) = (self.clone(), self.resolver.resolve(name.as_str()));
        Box::pin(async move {
            let found = found.await.unwrap_or_default();
            let allowed: Vec<SocketAddr> =
                found.iter().filter(|address| guard.allows(**address)).map(|address| (*address, 0).into()).collect();
            match (found.is_empty(), allowed.is_empty()) {
                (true, _) => Err(NoAddress::Unresolved.into()),
                (false, true) => Err(NoAddress::Guarded.into()),
                (false, false) => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}
