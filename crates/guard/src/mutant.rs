//! Faults planted on purpose, one at a time, to see whether a law finds each.
//!
//! Outside tests and the feature `mutants` there is one function that says no, so nothing of this is in
//! the guard that runs.

/// One line for each fault.
macro_rules! mutants {
    ($($name:ident,)*) => {
        /// A fault that somebody could make, or has made in another guard.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(not(any(test, feature = "mutants")), allow(dead_code))]
        pub enum Mutant {
            $($name,)*
        }

        /// Every fault, so that none is planted that nobody looks for.
        #[cfg(any(test, feature = "mutants"))]
        pub const MUTANTS: &[Mutant] = &[$(Mutant::$name),*];
    };
}

mutants! {
    LastKeyWins,
    NumbersByTheirText,
    UnknownFieldsPass,
    UnknownToolPasses,
    UnshownAskPasses,
    HiddenToolsAreWords,
    RoleFromBody,
    ErrorsAreSkipped,
    EmptyPolicyAllows,
    PermitTrumpsForbid,
    DelegatorsUnasked,
    NamesGoUnseen,
    DelegationOutlives,
    DelegationWidens,
    SkipsAPage,
    PinsNamesOnly,
    UnknownNamesPass,
    UnregisteredQuestionPasses,
    TrustsTheTotal,
    AuthorisesBeforeModifying,
    MeanForMedian,
    NoMargin,
    LeaseForever,
    StopRenews,
    SealByToolOfAnother,
    CountsMessages,
    CopiesWeights,
    ForgetsMoves,
    LabelsAreLost,
    FirstVerdictWins,
    ShadowIsObeyed,
    ShadowAmends,
    RefusedIsNoted,
    ReasonInTheFace,
    AllowRunsTwice,
    UnknownIsRetried,
    EffectWithoutRecord,
    ApprovalOutlivesItsUse,
    ApprovalForOtherBytes,
    OneKeyIsAQuorum,
    FailedReloadSwaps,
    WideningUnsigned,
    FlipsAreHidden,
    LeafWithoutPrefix,
    TruncationPasses,
    ArgumentsInTheLog,
    PayloadInTheClear,
    LendingMultiplies,
    StopsTheAskerAlone,
    ApprovalsAreReplayed,
    AdoptsFromAnywhere,
    ErringPermitsGo,
    FirstPanelTwice,
    BeginsWithoutStanding,
    BeginsAfterARestart,
    RestartRefills,
    NamesHavePaths,
    GoesOnAfterAFailedWrite,
    AnyHistoryPasses,
    TornSwap,
}

#[cfg(any(test, feature = "mutants"))]
mod planting {
    use super::Mutant;
    use std::cell::Cell;

    thread_local!(static PLANTED: Cell<Option<Mutant>> = const { Cell::new(None) });

    /// Whether this fault is planted in this thread.
    pub fn planted(mutant: Mutant) -> bool {
        PLANTED.get() == Some(mutant)
    }

    /// Runs something with a fault planted.
    pub fn with<T>(mutant: Mutant, run: impl FnOnce() -> T) -> T {
        PLANTED.set(Some(mutant));
        let done = run();
        PLANTED.set(None);
        done
    }
}

#[cfg(any(test, feature = "mutants"))]
pub use planting::{planted, with};

#[cfg(not(any(test, feature = "mutants")))]
pub(crate) const fn planted(_: Mutant) -> bool {
    false
}
