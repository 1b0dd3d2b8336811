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

/// <summary>What a run works on.</summary>
public sealed record TargetStatus
{
    /// <summary>
    /// What the server says it is: its uuid, or host and port as it reports them, and the database or cluster.
    /// </summary>
    [Length(SchemaLimits.Reference)]
    public string? Identity { get; init; }

    /// <summary>
    /// Where the operator reached it, as the spec or the target's own configuration names it and as the network does.
    /// Objects of other namespaces that reach the same server at one of these addresses wait (TargetBusy).
    /// </summary>
    [ListSet]
    [Items(64)]
    [Length(SchemaLimits.Reference)]
    public List<string> Addresses { get; init => field = value ?? []; } = [];

    /// <summary>A few words for people.</summary>
    [Length(SchemaLimits.Message)]
    public string? Description { get; init; }

    /// <summary>
    /// Name of a Lease by which this run holds the target; absent while it holds none. Others are named after the
    /// addresses.
    /// </summary>
    [Length(SchemaLimits.Name)]
    public string? Claim { get; init; }

    /// <summary>Namespace of that Lease.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? ClaimNamespace { get; init; }
}

/// <summary>One attempt of a run: from its start, or from a retry, to its end.</summary>
public sealed record RunAttempt
{
    /// <summary>Counts from 1.</summary>
    [Range(1, int.MaxValue)]
    public int Number { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>How it ended, a reason.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Reason { get; init; }

    /// <summary>How it ended, for people.</summary>
    [Length(SchemaLimits.Message)]
    public string? Message { get; init; }

    /// <summary>The step it ended at.</summary>
    [Length(SchemaLimits.Name)]
    public string? Step { get; init; }

    /// <summary>The retry token that began it; absent for the first.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Token { get; init; }
}

/// <summary>An approval that was seen.</summary>
public sealed record UsedApproval
{
    /// <summary>What it approves: a phase, a step id, or PointOfNoReturn.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The plan it was given for: the first 8 or more hex digits of its hash.</summary>
    [Length(71)]
    public string PlanHash { get; init => field = value ?? ""; } = "";

    /// <summary>When it was seen.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>False if it was for another plan, and ignored.</summary>
    public bool Accepted { get; init; }
}

/// <summary>Something a person has to do after the run.</summary>
public sealed record ActionItem
{
    /// <summary>Stable machine word for it.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>What it is about: a project, a component, a node.</summary>
    [Length(SchemaLimits.Name)]
    public string Subject { get; init => field = value ?? ""; } = "";

    /// <summary>What to do and why.</summary>
    [Length(SchemaLimits.Message)]
    public string Message { get; init => field = value ?? ""; } = "";
}
