//! The CRM inside the binary, as handlers of the native API ask it: as the user that the signed-in agent is, and what it refuses as a problem.

use ::crm::{Error, access::Caller};
use engine::{ErrorKind, SignedInAgent};
use native::ProblemKind;
use salesforce::error::Code;

use super::{Answered, ApiState, Failure};

impl ApiState {
    /// The user of the CRM that an agent is, with what the user may.
    ///
    /// # Errors
    /// [`ProblemKind::NotPermitted`] for an agent who is no active user of it.
    pub async fn crm_user(&self, who: &SignedInAgent) -> Answered<Caller> {
        Ok(self.crm.caller(who.workspace, who.agent).await?)
    }

    /// The same, of whoever may define objects, fields and picklists.
    ///
    /// # Errors
    /// [`ProblemKind::NotPermitted`] for everybody else.
    pub async fn crm_customizer(&self, who: &SignedInAgent) -> Answered<Caller> {
        let caller = self.crm_user(who).await?;
        if caller.rights.customize { Ok(caller) } else { Err(ErrorKind::Forbidden.into()) }
    }

    /// The same, of whoever may set what users may.
    ///
    /// # Errors
    /// [`ProblemKind::NotPermitted`] for everybody else.
    pub async fn crm_manager(&self, who: &SignedInAgent) -> Answered<Caller> {
        let caller = self.crm_user(who).await?;
        if caller.rights.manage_users { Ok(caller) } else { Err(ErrorKind::Forbidden.into()) }
    }
}

/// Which problem a code is. What concerns a value is [`ProblemKind::Invalid`].
fn kind_of(code: Code) -> ProblemKind {
    match code {
        Code::InvalidSessionId
        | Code::InsufficientAccess
        | Code::InsufficientAccessOrReadonly
        | Code::InsufficientAccessOnCrossReferenceEntity
        | Code::ApiDisabledForOrg
        | Code::ApiCurrentlyDisabled
        | Code::FunctionalityNotEnabled => ProblemKind::NotPermitted,
        Code::NotFound | Code::EntityIsDeleted => ProblemKind::NotFound,
        Code::DuplicateValue | Code::DuplicatesDetected => ProblemKind::AlreadyExists,
        Code::DeleteFailed => ProblemKind::InUse,
        Code::UndeleteFailed => ProblemKind::WrongState,
        Code::RequestLimitExceeded => ProblemKind::TooManyRequests,
        Code::UnableToLockRow | Code::ServerUnavailable => ProblemKind::StorageUnavailable,
        Code::UnknownException => ProblemKind::Internal,
        _ => ProblemKind::Invalid,
    }
}

impl From<Error> for Failure {
    /// The refusal's own sentence, and the first of the fields or properties that it names.
    fn from(error: Error) -> Self {
        let refusal = match error {
            Error::Storage(error) => return engine::Error::from(error).into(),
            Error::Refused(refusal) => refusal,
        };
        match kind_of(refusal.code()) {
            // In the words in which they are told everywhere.
            ProblemKind::NotPermitted => ErrorKind::Forbidden.into(),
            ProblemKind::StorageUnavailable => ErrorKind::Unavailable.into(),
            ProblemKind::TooManyRequests => ErrorKind::TooMany.into(),
            ProblemKind::Internal => engine::Error::internal(refusal).into(),
            kind => {
                let failure = Self::new(kind, refusal.message());
                match refusal.fields().first() {
                    Some(field) => failure.at(field),
                    None => failure,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(refusal: salesforce::Error) -> String {
        let failure = Failure::from(Error::Refused(refusal));
        let problem = failure.problem();
        format!("{} {:?} {} {}", problem.status, problem.kind, problem.property.as_deref().unwrap_or("-"), problem.detail)
    }

    #[test]
    fn refusals_are_problems_with_their_own_words() {
        use salesforce::Error as Refusal;
        let lines = [
            shown(Refusal::invalid_session()),
            shown(Refusal::insufficient_access_or_readonly()),
            shown(Refusal::not_found()),
            shown(Refusal::field_integrity(&["label"], "A label has 1 to 40 characters".to_owned())),
            shown(Refusal::duplicate_value(None)),
            shown(Refusal::unable_to_lock_row()),
            shown(Refusal::no_such_column("Nmae", "Contact")),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r"
        403 NotPermitted - you do not have the permission for this
        403 NotPermitted - you do not have the permission for this
        404 NotFound - The requested resource does not exist
        422 Invalid label A label has 1 to 40 characters
        409 AlreadyExists - duplicate value found: <unknown> duplicates value on record with id: <unknown>
        503 StorageUnavailable - the server cannot take this now; try again
        422 Invalid - No such column 'Nmae' on sobject of type Contact
        ");
    }
}
