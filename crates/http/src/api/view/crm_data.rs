//! Records of the CRM as people browse them.

use ::crm::browse::{DataField, DataObject, FieldForm, Filter, FilterCondition, Is, Row, Rows};
use domain::secret::Text;
use native::crm as wire;
use salesforce::record::Value;

/// An object of the list of objects.
pub(crate) fn data_object(object: &DataObject) -> wire::DataObject {
    wire::DataObject {
        name: object.name.clone(),
        label: object.label.clone(),
        label_plural: object.label_plural.clone(),
        can_create: object.can_create,
    }
}

/// An object with its fields.
pub(crate) fn data_object_page(object: DataObject) -> wire::DataObjectPage {
    wire::DataObjectPage {
        name: object.name,
        label: object.label,
        label_plural: object.label_plural,
        can_create: object.can_create,
        can_edit: object.can_edit,
        can_delete: object.can_delete,
        name_field: object.name_field,
        fields: object.fields.into_iter().map(data_field).collect(),
        columns: object.columns,
    }
}

fn data_field(field: DataField) -> wire::DataField {
    let choices = field.choices.into_iter();
    wire::DataField {
        name: field.name,
        label: field.label,
        kind: data_field_kind(field.form),
        length: field.length,
        required: field.required,
        can_create: field.can_create,
        can_update: field.can_update,
        filterable: field.filterable,
        sortable: field.sortable,
        choices: choices.map(|choice| wire::DataChoice { value: choice.value, label: choice.label, active: choice.active }).collect(),
        refers_to: field.refers_to,
        default: field.default,
        help: field.help,
    }
}

fn data_field_kind(form: FieldForm) -> wire::DataFieldKind {
    use wire::DataFieldKind as Kind;
    match form {
        FieldForm::Text => Kind::Text,
        FieldForm::TextArea => Kind::TextArea,
        FieldForm::Email => Kind::Email,
        FieldForm::Phone => Kind::Phone,
        FieldForm::Url => Kind::Url,
        FieldForm::Checkbox => Kind::Checkbox,
        FieldForm::Number => Kind::Number,
        FieldForm::Currency => Kind::Currency,
        FieldForm::Percent => Kind::Percent,
        FieldForm::Date => Kind::Date,
        FieldForm::DateTime => Kind::DateTime,
        FieldForm::Time => Kind::Time,
        FieldForm::Picklist => Kind::Picklist,
        FieldForm::Multipicklist => Kind::Multipicklist,
        FieldForm::Reference => Kind::Reference,
        FieldForm::Id => Kind::Id,
        FieldForm::File => Kind::File,
        FieldForm::Other => Kind::Other,
    }
}

/// What a list is narrowed to.
pub(crate) fn data_filter(filter: wire::DataFilter) -> Filter {
    let condition = |condition: wire::DataCondition| FilterCondition {
        field: condition.field,
        is: is(condition.is),
        values: condition.value.into_iter().chain(condition.values).map(|value| value.0).collect(),
    };
    Filter { any: filter.together == wire::DataTogether::Any, conditions: filter.conditions.into_iter().map(condition).collect() }
}

fn is(comparison: wire::DataComparison) -> Is {
    use wire::DataComparison as Comparison;
    match comparison {
        Comparison::Equal => Is::Equal,
        Comparison::NotEqual => Is::NotEqual,
        Comparison::Contains => Is::Contains,
        Comparison::NotContains => Is::NotContains,
        Comparison::StartsWith => Is::StartsWith,
        Comparison::Less => Is::Less,
        Comparison::Greater => Is::Greater,
        Comparison::AtMost => Is::AtMost,
        Comparison::AtLeast => Is::AtLeast,
        Comparison::Empty => Is::Empty,
        Comparison::NotEmpty => Is::NotEmpty,
        Comparison::OneOf => Is::OneOf,
        Comparison::Period => Is::Period,
    }
}

/// A page of a list.
pub(crate) fn data_rows(rows: Rows) -> wire::DataRows {
    wire::DataRows { items: rows.items.into_iter().map(data_row).collect(), next: rows.next, total: rows.total }
}

/// A record.
pub(crate) fn data_row(row: Row) -> wire::DataRow {
    let reference = |(field, entity, label): (std::sync::Arc<str>, std::sync::Arc<str>, String)| {
        (field.to_string(), wire::DataReference { entity: entity.to_string(), label: Text(label) })
    };
    wire::DataRow {
        id: row.id.to_string(),
        name: Text(row.name),
        values: row.values.into_iter().map(|(field, value)| (field.to_string(), data_value(value))).collect(),
        references: row.references.into_iter().map(reference).collect(),
        can_edit: row.can_edit,
        can_delete: row.can_delete,
        deleted: row.deleted,
        changed_at: row.changed_at.map(Into::into),
    }
}

fn data_value(value: Value) -> wire::DataValue {
    let text = |text: String| wire::DataValue::Text(Text(text));
    match value {
        Value::Boolean(value) => wire::DataValue::Boolean(value),
        Value::Int(value) => wire::DataValue::Whole(value),
        Value::Double(value) => wire::DataValue::Number(value),
        Value::Text(value) => text(value),
        Value::Id(id) => text(id.to_string()),
        Value::Date(day) => text(day.0.to_string()),
        Value::Time(time) => text(format!("{}Z", time.0)),
        Value::DateTime(at) => text(at.0.to_string()),
        // Rows have none of the others: of bytes they say whether there are any.
        Value::Null | Value::Address(_) | Value::Blob { .. } | Value::Parent(_) | Value::Children(_) => wire::DataValue::Null,
    }
}
