using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;

namespace Drydock.Crds.Common;

/// <summary>What every kind of upgrade reports.</summary>
public abstract record RunStatus : ObservedStatus
{
    /// <summary>Finished steps of all steps, for instance 7/23.</summary>
    [Length(16)]
    public string? Progress { get; init; }

    /// <summary>Ids of the steps that run now, comma separated, or of the step that failed.</summary>
    [Length(SchemaLimits.Message)]
    public string? Step { get; init; }

    /// <summary>
    /// The plan: every step, its target and its result. The stored plan stays valid, also for a newer operator.
    /// </summary>
    public Plan? Plan { get; init; }

    /// <summary>
    /// The rollback plan. It is compiled from what was really done, when desiredState or rollbackPolicy asks for a
    /// rollback.
    /// </summary>
    public Plan? RollbackPlan { get; init; }

    /// <summary>
    /// The abort token that stopped the run; absent if none did. A retry token or desiredState continues.
    /// </summary>
    [Length(SchemaLimits.ShortName)]
    public string? AbortedBy { get; init; }

    /// <summary>
    /// True if the abort was requested while desiredState was RolledBack and the rollback had not started. In this case
    /// only a retry token starts the rollback.
    /// </summary>
    public bool? AbortedRollback { get; init; }

    /// <summary>Everything that the last preflight found wrong. Empty once preflight passed.</summary>
    [Items(SchemaLimits.Findings)]
    public List<Finding> Findings { get; init => field = value ?? []; } = [];

    /// <summary>What this run works on, as the target reports it.</summary>
    public TargetStatus? Target { get; init; }

    /// <summary>The most recent attempts that ended.</summary>
    [Items(SchemaLimits.History)]
    public List<RunAttempt> Attempts { get; init => field = value ?? []; } = [];

    /// <summary>The most recent approvals, accepted or not.</summary>
    [Items(SchemaLimits.History)]
    public List<UsedApproval> Approvals { get; init => field = value ?? []; } = [];

    /// <summary>The most recently used retry and abort tokens. No token works twice.</summary>
    [Items(2 * SchemaLimits.History)]
    public List<UsedToken> UsedTokens { get; init => field = value ?? []; } = [];

    /// <summary>Manual work that remains after the run.</summary>
    [Items(SchemaLimits.Findings)]
    public List<ActionItem> ActionRequired { get; init => field = value ?? []; } = [];
}

/// <summary>What a run works on.</summary>
public sealed record TargetStatus
{
    /// <summary>
    /// Identity that the server reports: its uuid, or its host and port, and the database or cluster.
    /// </summary>
    [Length(SchemaLimits.Reference)]
    public string? Identity { get; init; }

    /// <summary>
    /// Addresses at which the operator reached it, as in the spec or the configuration of the target, and as resolved.
    /// Objects of other namespaces that reach the same server at one of these addresses wait (TargetBusy).
    /// </summary>
    [ListSet]
    [Items(64)]
    [Length(SchemaLimits.Reference)]
    public List<string> Addresses { get; init => field = value ?? []; } = [];

    /// <summary>A short text for users.</summary>
    [Length(SchemaLimits.Message)]
    public string? Description { get; init; }

    /// <summary>
    /// Name of the Lease by which this run claims the target; absent while it has no claim. Further Leases are named
    /// after the addresses.
    /// </summary>
    [Length(SchemaLimits.Name)]
    public string? Claim { get; init; }

    /// <summary>Namespace of that Lease.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? ClaimNamespace { get; init; }
}

/// <summary>One attempt of a run, from its start or a retry to its end.</summary>
public sealed record RunAttempt
{
    /// <summary>Counts from 1.</summary>
    [Range(1, int.MaxValue)]
    public int Number { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>How it ended, as a reason.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Reason { get; init; }

    /// <summary>How it ended, as text for users.</summary>
    [Length(SchemaLimits.Message)]
    public string? Message { get; init; }

    /// <summary>The step at which it ended.</summary>
    [Length(SchemaLimits.Name)]
    public string? Step { get; init; }

    /// <summary>The retry token that started it; absent for the first attempt.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Token { get; init; }
}

/// <summary>An approval that the operator has seen.</summary>
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

    /// <summary>False if it was for another plan and was ignored.</summary>
    public bool Accepted { get; init; }
}

/// <summary>Manual work after the run.</summary>
public sealed record ActionItem
{
    /// <summary>Stable machine-readable word.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>What it concerns: a project, a component, a node.</summary>
    [Length(SchemaLimits.Name)]
    public string Subject { get; init => field = value ?? ""; } = "";

    /// <summary>What to do and why.</summary>
    [Length(SchemaLimits.Message)]
    public string Message { get; init => field = value ?? ""; } = "";
}
