//! A server in the test's own process.

use std::{net::SocketAddr, sync::Arc};

use domain::ids::WorkspaceId;
use engine::App;
use native::client::{AgentClient, Connection};
use server::{
    ambient::{FreshIds, SystemRandomness},
    wiring::{self, Ambient, Wired},
};

use crate::{
    Agent, Backend, Manner, Site, agent, logs,
    site::{Stored, assert_sound, stored},
};

/// A whole server on a site of its own.
#[derive(Debug)]
pub struct TestServer {
    site: Site,
    wired: Wired,
}

impl TestServer {
    /// Starts one, with the demonstration's workspace in it.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start(backend: Backend) -> Self {
        crate::crypto();
        logs::catch();
        let mut site = Site::empty(backend).await;
        let wired = wiring::serve(site.config(), Ambient::default()).await.expect("a server starts");
        site.seed(&wired.app).await;
        Self { site, wired }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.wired.running.addresses().http.expect("it speaks plain HTTP")
    }

    /// The same as an URL, without a slash at the end.
    pub fn url(&self) -> String {
        self.wired.running.addresses().url()
    }

    /// Its engine.
    pub fn app(&self) -> &App {
        &self.wired.app
    }

    /// The agent, signed in and online.
    pub async fn agent(&self, manner: Manner) -> Agent {
        Agent::sign_in(&self.site, &self.url(), manner).await
    }

    /// The same agent's client at this address: another window, which does nothing by itself, and never gives up a connection that is silent.
    ///
    /// # Panics
    /// If the sign-in is refused.
    pub async fn window(&self, url: &str) -> AgentClient {
        let connection = Connection::with_http(reqwest::Client::new(), url, Arc::new(FreshIds), Arc::new(SystemRandomness));
        agent::client(&self.site, connection.expect("an address")).await
    }

    /// The workspace.
    pub fn workspace(&self) -> WorkspaceId {
        self.site.workspace()
    }

    /// What is stored now.
    pub async fn stored(&self) -> Vec<Stored> {
        stored(self.app(), self.site.workspace()).await
    }

    /// Ends it.
    ///
    /// # Panics
    /// When `doctor` finds anything, or an ERROR was logged.
    pub async fn finish(self) {
        assert_sound(&self.wired.app).await;
        self.wired.running.shutdown();
        self.wired.running.wait().await;
        let errors = logs::errors();
        assert!(errors.is_empty(), "the server logged errors:\n{errors}");
    }
}
