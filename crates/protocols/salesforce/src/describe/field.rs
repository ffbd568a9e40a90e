//! Fields (1.12).

use serde::{Serialize, Serializer};

macro_rules! field_types {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal $soap:literal),* $(,)?) => {
        /// What a field holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum FieldType {
            $($(#[doc = $doc])* $name,)*
        }

        impl FieldType {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// As a description writes it: `multipicklist`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The type in SOAP, which a description tells too: `xsd:string`.
            pub fn soap_type(self) -> &'static str {
                match self { $(Self::$name => $soap,)* }
            }
        }
    };
}

field_types! {
    /// The record's own id.
    Id "id" "tns:ID",
    /// The id of another.
    Reference "reference" "tns:ID",
    /// A line.
    Text "string" "xsd:string",
    /// Several lines.
    Textarea "textarea" "xsd:string",
    /// One of a list.
    Picklist "picklist" "xsd:string",
    /// Some of a list, with semicolons between them.
    Multipicklist "multipicklist" "xsd:string",
    /// One of a list, or another.
    Combobox "combobox" "xsd:string",
    /// An address of e-mail.
    Email "email" "xsd:string",
    /// A telephone number.
    Phone "phone" "xsd:string",
    /// A web address.
    Url "url" "xsd:string",
    /// A line that is stored encrypted.
    EncryptedText "encryptedstring" "xsd:string",
    /// Yes or no; never null.
    Boolean "boolean" "xsd:boolean",
    /// A whole number.
    Int "int" "xsd:int",
    /// A number.
    Double "double" "xsd:double",
    /// An amount of money.
    Currency "currency" "xsd:double",
    /// A number of hundredths.
    Percent "percent" "xsd:double",
    /// A day.
    Date "date" "xsd:date",
    /// An instant.
    DateTime "datetime" "xsd:dateTime",
    /// A time of any day.
    Time "time" "xsd:time",
    /// Bytes.
    Base64 "base64" "xsd:base64Binary",
    /// Street, town and so on, from fields of their own.
    Address "address" "urn:address",
    /// Latitude and longitude, from fields of their own.
    Location "location" "urn:location",
    /// A value of any type.
    Any "anyType" "xsd:anyType",
}

impl FieldType {
    /// Whether its values are text of some length.
    pub fn is_text(self) -> bool {
        self.soap_type() == "xsd:string"
    }
}

impl Serialize for FieldType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One value of a picklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PicklistValue {
    /// Whether it can be chosen.
    pub active: bool,
    /// Whether new records have it.
    pub default_value: bool,
    /// For people.
    pub label: String,
    /// For a dependent picklist, a bit for each value of the other that this one goes with, in base64.
    pub valid_for: Option<String>,
    /// What is stored.
    pub value: String,
}

/// A field, with every key of a recorded description in its order (1.12).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// Whether MIN and MAX take it.
    pub aggregatable: bool,
    /// Whether a model fills it.
    pub ai_prediction_field: bool,
    /// Whether it counts by itself.
    pub auto_number: bool,
    /// Three for each character, 18 for ids, nought for what is no text (recorded).
    pub byte_length: u32,
    /// Whether it is a formula.
    pub calculated: bool,
    /// Which.
    pub calculated_formula: Option<String>,
    /// Whether the record is deleted with the one that it refers to.
    pub cascade_delete: bool,
    /// Whether its values are compared with regard to case.
    pub case_sensitive: bool,
    /// The compound field that it is a part of.
    pub compound_field_name: Option<String>,
    /// For a dependent picklist, the other.
    pub controller_name: Option<String>,
    /// Whether the caller may give it to a new record.
    pub createable: bool,
    /// Whether an administrator made it.
    pub custom: bool,
    /// What new records have.
    pub default_value: Option<serde_json::Value>,
    /// The same, as a formula.
    pub default_value_formula: Option<String>,
    /// Whether new records have something without being given it.
    pub defaulted_on_create: bool,
    /// Whether another picklist says which of its values there are.
    pub dependent_picklist: bool,
    /// Whether it is there for old clients only.
    pub deprecated_and_hidden: bool,
    /// Of a whole number.
    pub digits: u32,
    /// Whether a location is shown in decimal notation.
    pub display_location_in_decimal: bool,
    /// Whether it is stored encrypted.
    pub encrypted: bool,
    /// Whether it is a key of another system.
    pub external_id: bool,
    /// `plaintextarea`, `richtextarea`, `personname`, `imageurl` …
    pub extra_type_info: Option<String>,
    /// Whether WHERE takes it.
    pub filterable: bool,
    /// The filter of a lookup.
    pub filtered_lookup_info: Option<serde_json::Value>,
    /// Whether a formula counts a missing number as nought.
    pub formula_treat_null_number_as_zero: bool,
    /// Whether GROUP BY takes it.
    pub groupable: bool,
    /// Whether a number has more decimals than most.
    pub high_scale_number: bool,
    /// Whether it is HTML.
    pub html_formatted: bool,
    /// Whether upsert takes it as a key.
    pub id_lookup: bool,
    /// For people.
    pub inline_help_text: Option<String>,
    /// For people.
    pub label: String,
    /// Of text, in characters; of ids, 18.
    pub length: u32,
    /// Of an encrypted text: the character that is shown.
    pub mask: Option<String>,
    /// And for which of its characters.
    pub mask_type: Option<String>,
    /// Canonical.
    pub name: String,
    /// Whether it is what people call the record.
    pub name_field: bool,
    /// Whether it refers to several objects, so that the parent is a *Name*.
    pub name_pointing: bool,
    /// Whether it may be empty.
    pub nillable: bool,
    /// Whether permissions on it can be given.
    pub permissionable: bool,
    /// Of picklists.
    pub picklist_values: Vec<PicklistValue>,
    /// Whether it refers to several objects.
    pub polymorphic_foreign_key: bool,
    /// Of a number, digits in all.
    pub precision: u32,
    /// Whether DISTANCE takes it.
    pub query_by_distance: bool,
    /// For references by something else than an id.
    pub reference_target_field: Option<String>,
    /// To which objects it refers.
    pub reference_to: Vec<String>,
    /// The parent's name in a path.
    pub relationship_name: Option<String>,
    /// Of two masters, nought for the first.
    pub relationship_order: Option<u32>,
    /// Whether what it refers to cannot be deleted.
    pub restricted_delete: bool,
    /// Whether other values than its list's are refused.
    pub restricted_picklist: bool,
    /// Of a number, digits after the point.
    pub scale: u32,
    /// Whether a search can be narrowed by it.
    pub search_prefilterable: bool,
    /// See [`FieldType::soap_type`].
    pub soap_type: &'static str,
    /// Whether ORDER BY takes it.
    pub sortable: bool,
    /// What it holds.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// Whether no two records have the same.
    pub unique: bool,
    /// Whether the caller may change it.
    pub updateable: bool,
    /// Of a detail: whether writing needs write access to its master.
    pub write_requires_master_read: bool,
}

impl Field {
    /// A field that the caller may read and write, that may be empty, and that has what all fields of its type have (recorded). `length` is
    /// that of text, and left alone for other types.
    pub fn new(field_type: FieldType, name: impl Into<String>, label: impl Into<String>, length: u32) -> Self {
        use FieldType::{
            Address, Base64, Boolean, DateTime, Double, EncryptedText, Id, Int, Location, Multipicklist, Reference, Text, Textarea,
        };
        let is_id = matches!(field_type, Id | Reference);
        let (length, byte_length) = match field_type {
            _ if is_id => (18, 18),
            _ if field_type.is_text() => (length, length.saturating_mul(3)),
            _ => (0, 0),
        };
        let compound = matches!(field_type, Address | Location);
        let compares = !matches!(field_type, Base64 | EncryptedText);
        let orders = compares && !compound && field_type != Multipicklist;
        let grouped = orders && !matches!(field_type, DateTime | Double | FieldType::Currency | FieldType::Percent | FieldType::Time);
        Self {
            aggregatable: orders && !matches!(field_type, Boolean | FieldType::Time),
            ai_prediction_field: false,
            auto_number: false,
            byte_length,
            calculated: false,
            calculated_formula: None,
            cascade_delete: false,
            case_sensitive: false,
            compound_field_name: None,
            controller_name: None,
            createable: !compound,
            custom: false,
            default_value: (field_type == Boolean).then_some(false.into()),
            default_value_formula: None,
            defaulted_on_create: field_type == Boolean,
            dependent_picklist: false,
            deprecated_and_hidden: false,
            digits: if field_type == Int { 8 } else { 0 },
            display_location_in_decimal: false,
            encrypted: field_type == EncryptedText,
            external_id: false,
            extra_type_info: (field_type == Textarea).then(|| "plaintextarea".to_owned()),
            filterable: compares,
            filtered_lookup_info: None,
            formula_treat_null_number_as_zero: false,
            groupable: grouped && (field_type != Text || length <= 255),
            high_scale_number: false,
            html_formatted: false,
            id_lookup: field_type == Id,
            inline_help_text: None,
            label: label.into(),
            length,
            mask: None,
            mask_type: None,
            name: name.into(),
            name_field: false,
            name_pointing: false,
            nillable: !matches!(field_type, Boolean | Id),
            permissionable: field_type != Id,
            picklist_values: Vec::new(),
            polymorphic_foreign_key: false,
            precision: 0,
            query_by_distance: compound,
            reference_target_field: None,
            reference_to: Vec::new(),
            relationship_name: None,
            relationship_order: None,
            restricted_delete: false,
            restricted_picklist: false,
            scale: 0,
            search_prefilterable: field_type == Reference,
            soap_type: field_type.soap_type(),
            sortable: orders,
            field_type,
            unique: false,
            updateable: !compound,
            write_requires_master_read: false,
        }
    }

    /// Text that is too long to be compared, ordered or grouped: `Description` (3.0, recorded).
    pub fn long_text(name: impl Into<String>, label: impl Into<String>, length: u32) -> Self {
        let field = Self::new(FieldType::Textarea, name, label, length);
        Self { aggregatable: false, filterable: false, groupable: false, sortable: false, ..field }
    }

    /// Whether a new record needs a value for it (1.12).
    pub fn is_required(&self) -> bool {
        self.createable && !self.nillable && !self.defaulted_on_create && self.field_type != FieldType::Boolean
    }
}
