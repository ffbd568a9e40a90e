//! Where nodes stand.

use switchboard_soql::{
    ast::{Condition, Expression, Predicate, Select, SelectItem, With},
    parse,
};

#[test]
fn every_node_knows_its_own_text() {
    let text = "SELECT a.Name n, FORMAT(MAX(Amount)) m, (SELECT Id FROM Contacts c),\n TYPEOF What WHEN Account THEN Id, Name ELSE Id END \
                FROM Account a USING SCOPE mine WHERE A = 'ä' AND (NOT B IN (SELECT x.Id FROM Y x WHERE Z = 1)) \
                WITH DATA CATEGORY G AT x GROUP BY CUBE (a, B) HAVING COUNT(Id) > -5 ORDER BY Name DESC NULLS LAST LIMIT 7 OFFSET 8 \
                FOR VIEW, REFERENCE UPDATE VIEWSTAT FOR UPDATE ALL ROWS";
    let query = parse(text).expect("a query");
    let at = |span: switchboard_soql::Span| &text[span.range()];
    let Select::Items(items) = &query.select else { panic!("a list") };
    let [
        SelectItem::Expression { expression: Expression::Field(path), alias: Some(alias), span },
        SelectItem::Expression { expression: Expression::Call(call), .. },
        SelectItem::Child { query: child, span: parentheses },
        SelectItem::Typeof(type_of),
    ] = items.as_slice()
    else {
        panic!("four items")
    };
    assert_eq!((at(*span), at(path.span), at(path.names[1].span), at(alias.span)), ("a.Name n", "a.Name", "Name", "n"));
    assert_eq!(at(call.span), "FORMAT(MAX(Amount))");
    assert_eq!((at(*parentheses), at(child.span)), ("(SELECT Id FROM Contacts c)", "SELECT Id FROM Contacts c"));
    assert_eq!(at(child.from[0].span), "Contacts c");
    assert_eq!(at(type_of.span), "TYPEOF What WHEN Account THEN Id, Name ELSE Id END");
    assert_eq!(at(type_of.branches[0].span), "WHEN Account THEN Id, Name");
    assert_eq!(query.scope.as_ref().map(|scope| at(scope.span)), Some("mine"));

    let Some(Condition::And { conditions, span }) = &query.condition else { panic!("two conditions") };
    assert_eq!(at(*span), "A = 'ä' AND (NOT B IN (SELECT x.Id FROM Y x WHERE Z = 1))");
    assert_eq!(at(conditions[0].span()), "A = 'ä'");
    assert_eq!(at(conditions[1].span()), "NOT B IN (SELECT x.Id FROM Y x WHERE Z = 1)");
    let Condition::Not { condition, .. } = &conditions[1] else { panic!("the opposite") };
    let Condition::Comparison(comparison) = condition.as_ref() else { panic!("a comparison") };
    let Predicate::InQuery { query: semi_join, .. } = &comparison.predicate else { panic!("a semi-join") };
    assert_eq!(at(semi_join.span), "SELECT x.Id FROM Y x WHERE Z = 1");

    let [With::DataCategory { filters, span }] = query.with.as_slice() else { panic!("one filter") };
    assert_eq!((at(*span), at(filters[0].span)), ("WITH DATA CATEGORY G AT x", "G AT x"));
    assert_eq!(query.group.as_ref().map(|group| at(group.span)), Some("GROUP BY CUBE (a, B)"));
    assert_eq!(query.having.as_ref().map(|having| at(having.span())), Some("COUNT(Id) > -5"));
    assert_eq!(at(query.order[0].span), "Name DESC NULLS LAST");
    assert_eq!((query.limit.map(|limit| at(limit.span)), query.offset.map(|offset| at(offset.span))), (Some("7"), Some("8")));
    assert_eq!((query.for_update.map(at), query.all_rows.map(at)), (Some("FOR UPDATE"), Some("ALL ROWS")));
    assert_eq!(at(query.span), text);
}
