//! Who may do what is no record like others: what depends on what, who must not be locked out, and that every server learns of a change is
//! [`crate::access`]'s to see to, which writes these rows itself.

use crate::schema::Object;

/// Rows of people and of rights.
const OBJECTS: [&str; 6] = ["User", "Profile", "PermissionSet", "PermissionSetAssignment", "ObjectPermissions", "FieldPermissions"];

/// Records of this object are changed by way of [`crate::access`] alone.
pub(in crate::record) fn is_kept(object: &Object) -> bool {
    OBJECTS.contains(&object.name.as_str())
}
