//! `--gate EXPR`: a condition on the findings, for scripts. The expression language is Jinja's.

use crate::exit::Exit;
use minijinja::{Environment, Value};
use report::Findings;

/// Reads an expression before anything is played: a mistake costs nothing.
pub fn read(expression: &str) -> Result<(), Exit> {
    Environment::new().compile_expression(expression).map(drop).map_err(|e| told(expression, &e))
}

/// An error with exit code 1 unless the expression holds of the findings.
pub fn judge(expression: &str, findings: &Findings) -> Result<(), Exit> {
    let env = Environment::new();
    let compiled = env.compile_expression(expression).map_err(|e| told(expression, &e))?;
    let value = compiled.eval(Value::from_serialize(findings)).map_err(|e| told(expression, &e))?;
    if value.is_true() { Ok(()) } else { Err(Exit::failed(format!("the gate does not hold: {expression}"))) }
}

fn told(expression: &str, e: &minijinja::Error) -> Exit {
    Exit::usage(format!(
        "--gate `{expression}`: {e}\nhint: an expression over the fields of --json, for example\n  \
         estimates | selectattr('verdict', 'eq', 'positive') | list | length == 0"
    ))
}
