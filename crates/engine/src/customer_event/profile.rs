//! What is known of a customer: looked up by exact key, and forgotten.

use domain::{
    masking,
    permission::Permission,
    profile::{Key, Profile, ProfileKind},
};
use futures_util::FutureExt as _;
use serde_json::json;
use store::PreparedFor;

use crate::{App, Error, ErrorKind, Result, SignedInAgent, audit};

/// Devices of a user that are shown at most.
const DEVICES: i64 = 100;

/// What is known, and by which other keys.
#[derive(Clone, Debug)]
pub struct ProfileView {
    /// Of whom.
    pub key: Key,
    /// What.
    pub profile: Profile,
    /// The user's devices, and keys of before.
    pub devices: Vec<Key>,
}

impl App {
    /// What is known of somebody by a key. In the clear only for those who may read hidden details, and it is written down that they did.
    pub async fn profile(&self, who: &SignedInAgent, key: &Key, clear: bool) -> Result<ProfileView> {
        who.require(Permission::ManageWorkspace)?;
        if clear {
            who.require(Permission::ReadHiddenDetails)?;
        }
        let mut snapshot = self.store().snapshot().await?;
        let found = snapshot.profiles(who.workspace, std::slice::from_ref(key)).await?;
        let (_, mut profile) = found.into_iter().next().ok_or(ErrorKind::NotFound("profile"))?;
        let mut devices: Vec<Key> = match key.0 {
            ProfileKind::User => snapshot.profiles_of_user(who.workspace, &key.1, DEVICES).await?.into_iter().map(|(key, _)| key).collect(),
            ProfileKind::Device | ProfileKind::Group => Vec::new(),
        };
        drop(snapshot);
        if clear {
            self.audit(who, "profile.read", who.workspace.to_string(), json!({ "kind": key.0.as_str() })).await?;
        } else {
            masking::object_of(&mut profile.traits);
            devices.iter_mut().for_each(|(_, key)| *key = masking::text(key).into_owned());
            for key in [&mut profile.user_key, &mut profile.group_key].into_iter().flatten() {
                *key = masking::text(key).into_owned();
            }
        }
        Ok(ProfileView { key: key.clone(), profile, devices })
    }

    /// Forgets what is known of somebody, a user with all devices, and has their events blanked. What comes after that is new.
    pub async fn forget_profile(&self, who: &SignedInAgent, key: Key) -> Result<()> {
        who.require(Permission::ErasePersons)?;
        let (scope, who, workspace) = (self.scope(who.workspace)?, who.clone(), who.workspace);
        let work = std::sync::Arc::new((scope, who, key));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, who, key) = &*work;
                    // Held against the follower, which else might write again what it had read.
                    tx.claim_customer_events(workspace, i64::MIN).await?;
                    if !tx.forget_profile(workspace, key).await? {
                        return Err(ErrorKind::NotFound("profile").into());
                    }
                    let whom = match key.0 {
                        ProfileKind::User => PreparedFor { user_key: Some(&key.1), ..PreparedFor::default() },
                        ProfileKind::Device => PreparedFor { device_key: Some(&key.1), ..PreparedFor::default() },
                        ProfileKind::Group => PreparedFor::default(),
                    };
                    tx.remove_prepared_details_for(workspace, whom).await?;
                    audit::write(tx, scope, who.actor(), "profile.erased", workspace.to_string(), json!({ "kind": key.0.as_str() })).await
                }
                .boxed()
            })
            .await?;
        self.reconcile_soon(crate::reconcile::CUSTOMER_EVENTS);
        Ok(())
    }
}
