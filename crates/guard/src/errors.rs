//! Whether a rule that was validated can err at all: one that can also denies, as long as it stands.

use crate::said::node;
use serde_json::Value;

/// Deeper expressions are taken to err: nobody writes them.
const DEPTH_MAX: usize = 100;

/// Whether evaluation of a rule, in Cedar's JSON, can end in an error. After strict validation only arithmetic (an overflow) and extension
/// functions can; of everything that is not known here it is taken that they can.
pub fn may_err(rule: &Value) -> bool {
    let conditions = rule["conditions"].as_array().into_iter().flatten();
    !conditions.into_iter().all(|condition| is_safe(&condition["body"], DEPTH_MAX))
}

fn is_safe(expression: &Value, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let Some((operator, operands)) = node(expression) else { return false };
    let all = |names: &[&str]| {
        names.iter().filter_map(|name| operands.get(*name)).all(|operand| is_safe(operand, depth))
    };
    match operator {
        "Value" | "Var" => true,
        "Set" => operands.as_array().is_some_and(|all| all.iter().all(|one| is_safe(one, depth))),
        "Record" => operands.as_object().is_some_and(|all| all.values().all(|one| is_safe(one, depth))),
        "if-then-else" => all(&["if", "then", "else"]),
        "!" | "isEmpty" => all(&["arg"]),
        "==" | "!=" | "<" | "<=" | ">" | ">=" | "&&" | "||" | "in" | "contains" | "containsAll"
        | "containsAny" | "has" | "like" | "is" | "." => all(&["left", "right", "in"]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says so by failing")]

    use super::may_err;
    use crate::laws::charter;
    use crate::{Charter, Policies};
    use cedar_policy::Policy;

    #[test]
    fn arithmetic_may_err_and_the_rest_may_not() {
        let tries = [
            ("", false),
            ("when { context.calls >= 1000 }", false),
            ("unless { context.classes.contains(\"secret\") || context.args.name == \"plan\" }", false),
            (
                "when { !(context.args.name like \"p*\") && [\"a\", \"b\"].contains(context.args.name) }",
                false,
            ),
            ("when { if context.now < 3 then true else principal in Role::\"clerk\" }", false),
            ("when { context.size_bytes * 9223372036854775807 > 1 }", true),
            ("when { context.now < 3 && (if context.calls == 2 then context.now + 1 else 0) > 1 }", true),
            ("when { -context.calls < 0 }", true),
        ];
        for (when, errs) in tries {
            let text = format!("permit(principal, action == Action::\"read_document\", resource) {when};");
            Policies::load(&Charter { policy: text.clone(), ..charter() }).unwrap();
            assert_eq!(may_err(&Policy::parse(None, &text).unwrap().to_json().unwrap()), errs, "{when}");
        }
    }
}
