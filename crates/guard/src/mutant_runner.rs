//! Each planted fault breaks a law, and without a fault none is broken.

use crate::laws::{self, LAWS};
use crate::mutant::{MUTANTS, Mutant, with};

/// Every mutant, and a law that finds it.
const KILLS: &[(Mutant, &str)] = &[
    (Mutant::LastKeyWins, "one_meaning"),
    (Mutant::NumbersByTheirText, "sealed_stays_sealed"),
    (Mutant::UnknownFieldsPass, "one_meaning"),
    (Mutant::UnknownToolPasses, "unknown_is_denied"),
    (Mutant::UnshownAskPasses, "a_menu_is_no_call"),
    (Mutant::HiddenToolsAreWords, "a_menu_is_no_call"),
    (Mutant::RoleFromBody, "identity_is_the_credential"),
    (Mutant::ErrorsAreSkipped, "error_denies"),
    (Mutant::EmptyPolicyAllows, "deny_by_default"),
    (Mutant::PermitTrumpsForbid, "forbid_trumps_permit"),
    (Mutant::DelegatorsUnasked, "lending_only_narrows"),
    (Mutant::NamesGoUnseen, "lending_only_narrows"),
    (Mutant::DelegationOutlives, "lending_only_narrows"),
    (Mutant::DelegationWidens, "lending_only_narrows"),
    (Mutant::SkipsAPage, "a_register_is_a_set"),
    (Mutant::PinsNamesOnly, "a_register_is_a_set"),
    (Mutant::UnknownNamesPass, "a_charter_means_what_it_says"),
    (Mutant::UnregisteredQuestionPasses, "an_unregistered_question_is_void"),
    (Mutant::TrustsTheTotal, "totals_are_computed"),
    (Mutant::AuthorisesBeforeModifying, "authorised_is_sent"),
    (Mutant::MeanForMedian, "a_biased_minority_is_bounded"),
    (Mutant::NoMargin, "consequences_are_computed"),
    (Mutant::LeaseForever, "nothing_after_stop_and_lease"),
    (Mutant::StopRenews, "nothing_after_stop_and_lease"),
    (Mutant::SealByToolOfAnother, "sealed_stays_sealed"),
    (Mutant::CountsMessages, "bytes_are_conserved"),
    (Mutant::CopiesWeights, "weights_exist_once"),
    (Mutant::ForgetsMoves, "weights_exist_once"),
    (Mutant::LabelsAreLost, "weights_exist_once"),
    (Mutant::FirstVerdictWins, "order_is_irrelevant"),
    (Mutant::ShadowIsObeyed, "shadow_is_invisible"),
    (Mutant::ShadowAmends, "shadow_is_invisible"),
    (Mutant::RefusedIsNoted, "a_refusal_leaves_no_trace"),
    (Mutant::ReasonInTheFace, "refusals_have_one_face"),
    (Mutant::AllowRunsTwice, "every_effect_has_one_allow"),
    (Mutant::UnknownIsRetried, "every_effect_has_one_allow"),
    (Mutant::EffectWithoutRecord, "every_effect_has_one_allow"),
    (Mutant::ApprovalOutlivesItsUse, "approvals_bind_bytes_and_once"),
    (Mutant::ApprovalForOtherBytes, "approvals_bind_bytes_and_once"),
    (Mutant::OneKeyIsAQuorum, "widening_needs_a_quorum"),
    (Mutant::FailedReloadSwaps, "a_failed_reload_changes_nothing"),
    (Mutant::WideningUnsigned, "widening_needs_a_quorum"),
    (Mutant::FlipsAreHidden, "what_differs_is_told"),
    (Mutant::LeafWithoutPrefix, "the_tree_is_rfc_6962"),
    (Mutant::TruncationPasses, "every_tampering_is_found"),
    (Mutant::ArgumentsInTheLog, "a_log_holds_no_arguments"),
    (Mutant::PayloadInTheClear, "payloads_are_for_their_reader"),
    (Mutant::LendingMultiplies, "lending_multiplies_nothing"),
    (Mutant::StopsTheAskerAlone, "lending_multiplies_nothing"),
    (Mutant::ApprovalsAreReplayed, "approvals_bind_bytes_and_once"),
    (Mutant::AdoptsFromAnywhere, "widening_needs_a_quorum"),
    (Mutant::ErringPermitsGo, "widening_needs_a_quorum"),
    (Mutant::FirstPanelTwice, "consequences_are_computed"),
    (Mutant::BeginsWithoutStanding, "what_is_withdrawn_does_not_begin"),
    (Mutant::BeginsAfterARestart, "every_effect_has_one_allow"),
    (Mutant::GoesOnAfterAFailedWrite, "every_effect_has_one_allow"),
    (Mutant::AnyHistoryPasses, "a_history_is_a_doors"),
    (Mutant::RestartRefills, "a_restart_forgets_nothing"),
    (Mutant::NamesHavePaths, "weights_exist_once"),
];

#[test]
fn the_laws_hold() {
    assert_eq!(laws::run(), Vec::<String>::new());
}

/// What no law can find, and a test of its own does: threads are not for laws.
const ELSEWHERE: &[Mutant] = &[Mutant::TornSwap];

#[test]
fn each_mutant_is_looked_for() {
    let named = |mutant: &Mutant| KILLS.iter().filter(|(named, _)| named == mutant).count();
    let wrong: Vec<&Mutant> =
        MUTANTS.iter().filter(|m| named(m) != usize::from(!ELSEWHERE.contains(m))).collect();
    assert!(wrong.is_empty(), "not named once, in KILLS or in ELSEWHERE: {wrong:?}");
}

#[test]
fn each_mutant_is_killed_by_a_law() {
    let mut survivors = Vec::new();
    for (mutant, name) in KILLS {
        let law = LAWS.iter().find(|law| law.name == *name).unwrap();
        // A law that could not be tried has found nothing.
        let found = with(*mutant, law.run);
        match found.iter().find(|why| !laws::is_untried(why)) {
            Some(why) => {
                println!("{mutant:?}: killed by {name}: {}", why.chars().take(100).collect::<String>())
            }
            None => survivors.push((*mutant, found)),
        }
    }
    println!("{} of {} mutants killed", KILLS.len() - survivors.len(), KILLS.len());
    assert_eq!(survivors, []);
}

#[test]
fn an_office_that_does_not_open_is_no_kill() {
    let untried = laws::told(Err("the disk is full".into()));
    assert!(untried.iter().all(|why| laws::is_untried(why)) && untried.len() == 1);
    let broken = laws::told(Ok(vec!["a clerk writes the switch".into()]));
    assert!(!broken.iter().any(|why| laws::is_untried(why)) && broken.len() == 1);
}
