//! What can go wrong: what the vendor's API says when it refuses, and storage.

/// A failure of the CRM.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller is told so, in the vendor's code and words (`salesforce.md` 1.14).
    #[error("{0:?}")]
    Refused(salesforce::Error),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] store::Error),
}

impl Error {
    /// Another request writes the same records, and trying again did not help.
    pub fn is_contention(&self) -> bool {
        matches!(self, Self::Storage(store::Error::Contended(_)))
    }

    /// Storage cannot take anything now; it may later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Storage(store::Error::Unavailable(_) | store::Error::Closing))
    }
}

/// What the CRM answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<salesforce::Error> for Error {
    fn from(error: salesforce::Error) -> Self {
        Self::Refused(error)
    }
}

impl store::Failure for Error {
    fn storage(&self) -> Option<&store::Error> {
        match self {
            Self::Storage(error) => Some(error),
            Self::Refused(_) => None,
        }
    }
}
