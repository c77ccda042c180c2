//! What must hold of the guard, by name. Each law returns its violations in words; one test runs them
//! all, another shows that each planted fault breaks one, and `run` checks the guard in the field.

mod charter;
mod log;
mod office;
mod order;
mod policy;
mod ratchet;
mod reading;
mod rooms;
mod sample;
mod walls;

pub use charter::{a_charter_means_what_it_says, what_differs_is_told};
pub use log::{
    a_log_holds_no_arguments, every_tampering_is_found, payloads_are_for_their_reader, the_tree_is_rfc_6962,
};
pub use office::{Office, charter, requests};
pub use order::{
    a_refusal_leaves_no_trace, authorised_is_sent, order_is_irrelevant, refusals_have_one_face,
    shadow_is_invisible,
};
pub use policy::{
    approvals_bind_bytes_and_once, deny_by_default, error_denies, forbid_trumps_permit,
    lending_multiplies_nothing, lending_only_narrows, more_forbids_never_allow_more,
};
pub use ratchet::{a_failed_reload_changes_nothing, a_restart_forgets_nothing, widening_needs_a_quorum};
pub use reading::{a_menu_is_no_call, identity_is_the_credential, one_meaning, unknown_is_denied};
pub use rooms::{
    a_biased_minority_is_bounded, a_register_is_a_set, an_unregistered_question_is_void, bytes_are_conserved,
    consequences_are_computed, filtering_never_grants, nothing_after_stop_and_lease, sealed_stays_sealed,
    totals_are_computed, weights_exist_once,
};
pub use sample::{history, published, sealed};
pub use walls::{a_history_is_a_doors, every_effect_has_one_allow, what_is_withdrawn_does_not_begin};

/// A law and its name.
#[derive(Clone, Copy, Debug)]
pub struct Law {
    pub name: &'static str,
    /// Its violations, in words.
    pub run: fn() -> Vec<String>,
}

/// One line for each law.
macro_rules! laws {
    ($($name:ident)*) => { [$(Law { name: stringify!($name), run: $name }),*] };
}

/// Every law.
pub const LAWS: [Law; 38] = laws! {
    deny_by_default forbid_trumps_permit error_denies more_forbids_never_allow_more
    approvals_bind_bytes_and_once lending_only_narrows lending_multiplies_nothing
    one_meaning unknown_is_denied identity_is_the_credential a_menu_is_no_call
    order_is_irrelevant authorised_is_sent shadow_is_invisible a_refusal_leaves_no_trace
    refusals_have_one_face
    a_register_is_a_set an_unregistered_question_is_void filtering_never_grants totals_are_computed a_biased_minority_is_bounded
    consequences_are_computed sealed_stays_sealed nothing_after_stop_and_lease bytes_are_conserved
    weights_exist_once
    every_effect_has_one_allow the_tree_is_rfc_6962 every_tampering_is_found a_log_holds_no_arguments
    payloads_are_for_their_reader what_is_withdrawn_does_not_begin a_history_is_a_doors
    a_charter_means_what_it_says what_differs_is_told
    widening_needs_a_quorum a_failed_reload_changes_nothing a_restart_forgets_nothing
};

/// Every violation of every law, each after the law's name.
pub fn run() -> Vec<String> {
    LAWS.iter().flat_map(|law| (law.run)().into_iter().map(|why| format!("{}: {why}", law.name))).collect()
}

/// What stands before the words of a law that could not be tried.
const UNTRIED: &str = "it could not be tried: ";

/// A law's violations; where its own office cannot be opened, that is one.
pub(crate) fn told(checked: Result<Vec<String>, String>) -> Vec<String> {
    checked.unwrap_or_else(|why| vec![format!("{UNTRIED}{why}")])
}

/// Whether a violation says that a law could not be tried, and so nothing of the guard.
pub fn is_untried(violation: &str) -> bool {
    violation.starts_with(UNTRIED)
}

/// A violation unless it holds.
fn unless(holds: bool, words: impl FnOnce() -> String) -> Option<String> {
    (!holds).then(words)
}
