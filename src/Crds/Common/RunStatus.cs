using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;

namespace Drydock.Crds.Common;

/// <summary>What every run-to-completion kind reports.</summary>
public abstract record RunStatus : ObservedStatus
{
    /// <summary>Steps done of all steps: 7/23.</summary>
    [Length(16)]
    public string? Progress { get; init; }

    /// <summary>Ids of the steps that run now, comma separated, or of the step that failed.</summary>
    [Length(SchemaLimits.Message)]
    public string? Step { get; init; }

    /// <summary>
    /// The plan: what is done to what, step by step, and what has come of it. The stored plan is the plan, also for a
    /// newer operator.
    /// </summary>
    public Plan? Plan { get; init; }

    /// <summary>
    /// The way back: compiled from what was really done, when desiredState or rollbackPolicy asks for it.
    /// </summary>
    public Plan? RollbackPlan { get; init; }

    /// <summary>
    /// The abort token that stopped the run; absent while none does. A retry token, or desiredState, goes on.
    /// </summary>
    [Length(SchemaLimits.ShortName)]
    public string? AbortedBy { get; init; }

    /// <summary>
    /// True if the abort was given while desiredState: RolledBack stood and before the way back began: that state alone
    /// then does not begin it, a retry token does.
    /// </summary>
    public bool? AbortedRollback { get; init; }

    /// <summary>What the last preflight pass found wrong, all of it. Empty once preflight passed.</summary>
    [Items(SchemaLimits.Findings)]
    public List<Finding> Findings { get; init => field = value ?? []; } = [];

    /// <summary>What this run works on, as the target itself says.</summary>
    public TargetStatus? Target { get; init; }

    /// <summary>Attempts that ended, the last ones.</summary>
    [Items(SchemaLimits.History)]
    public List<RunAttempt> Attempts { get; init => field = value ?? []; } = [];

    /// <summary>Approvals seen, used or not, the last ones.</summary>
    [Items(SchemaLimits.History)]
    public List<UsedApproval> Approvals { get; init => field = value ?? []; } = [];

    /// <summary>Retry and abort tokens that were used, of each sort the last ones; none works twice.</summary>
    [Items(2 * SchemaLimits.History)]
    public List<UsedToken> UsedTokens { get; init => field = value ?? []; } = [];

    /// <summary>What a person has to do after the run.</summary>
    [Items(SchemaLimits.Findings)]
    public List<ActionItem> ActionRequired { get; init => field = value ?? []; } = [];
}
