namespace Drydock.Crds.Common;

/// <summary>What every kind of upgrade reports.</summary>
public abstract record RunStatus : ObservedStatus
{
    /// <summary>One sentence: whether users can work, and whether the run needs you.</summary>
    [Length(SchemaLimits.Message)]
    public string? Summary { get; init; }

    /// <summary>Whether users can work with the system; absent once the run has ended, which looks no more.</summary>
    public SystemStatus? System { get; init; }

    /// <summary>How long users could not work in this attempt, in all; absent during an outage.</summary>
    [Length(SchemaLimits.Duration)]
    public string? Downtime { get; init; }

    /// <summary>The version before the upgrade: spec.fromVersion, otherwise the one that was found.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? FromVersion { get; init; }

    /// <summary>Finished steps of all steps, for instance 7/23.</summary>
    [Length(16)]
    public string? Progress { get; init; }

    /// <summary>Ids of the first steps that run now, or of the step that failed; status.active has all.</summary>
    [Length(SchemaLimits.Message)]
    public string? Step { get; init; }

    /// <summary>What can be approved, runs, failed, or awaits another attempt.</summary>
    [ListMap("id")]
    [Items(32)]
    public List<ActiveStep> Active { get; init => field = value ?? []; } = [];

    /// <summary>The phases of the plan that is carried out, or was last, a line each: name, state, start, seconds,
    /// finished steps.</summary>
    [Items(64)]
    [Length(SchemaLimits.Reference)]
    public List<string> Phases { get; init => field = value ?? []; } = [];

    /// <summary>The steps of that plan, a line each: id, state, start, seconds, title. Empty above 100.</summary>
    [Items(SchemaLimits.Lines)]
    [Length(SchemaLimits.Reference)]
    public List<string> Steps { get; init => field = value ?? []; } = [];

    /// <summary>What you can do now, with the command.</summary>
    [Length(SchemaLimits.Message)]
    public string? NextAction { get; init; }

    /// <summary>The holds that the run waits at. Empty unless it is held.</summary>
    [ListMap("name")]
    [Items(SchemaLimits.Findings)]
    public List<HoldStatus> Holds { get; init => field = value ?? []; } = [];

    /// <summary>Whether a rollback is possible now, and what it costs. Absent without a plan, and once it has
    /// begun.</summary>
    public RollbackStatus? Rollback { get; init; }

    /// <summary>The word for drydock.dev/retry that continues this run now. Absent where nothing waits for a
    /// retry.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? RetryWord { get; init; }

    /// <summary>What the next retry destroys. Absent if it destroys nothing.</summary>
    [Length(SchemaLimits.Message)]
    public string? RetryCost { get; init; }

    /// <summary>The word for drydock.dev/retry that also approves what status.retryCost says; absent with it.</summary>
    [NotInReference]
    [Length(SchemaLimits.ShortName)]
    public string? RetryApproval { get; init; }

    /// <summary>True if an abort now would undo what was changed so far; absent otherwise.</summary>
    [NotInReference]
    public bool? AbortUndoes { get; init; }

    /// <summary>The form of this status; an operator that does not know it changes nothing.</summary>
    [NotInReference]
    public int? Form { get; init; }

    /// <summary>The plans: of the upgrade, of its rollback, compiled from what was really done, and of the clean-up.
    /// They stay valid for a newer operator.</summary>
    [Items(3)]
    public List<PlanProgress> Plans { get; init => field = value ?? []; } = [];

    /// <summary>The plan of the upgrade, or of its redo.</summary>
    [JsonIgnore]
    public PlanProgress? Plan { get => PlanOf(PlanKind.Upgrade); init => Plans = With(PlanKind.Upgrade, value); }

    [JsonIgnore]
    public PlanProgress? RollbackPlan
    {
        get => PlanOf(PlanKind.Rollback);
        init => Plans = With(PlanKind.Rollback, value);
    }

    [JsonIgnore]
    public PlanProgress? CleanupPlan
    {
        get => PlanOf(PlanKind.Cleanup);
        init => Plans = With(PlanKind.Cleanup, value);
    }

    /// <summary>What preflight found of the system, as far as the spec does not say it.</summary>
    [JsonIgnore]
    public virtual FoundInventory? Found => null;

    /// <summary>Since when users cannot work; null while they can.</summary>
    [JsonIgnore]
    public DateTimeOffset? DowntimeSince => System is { State: SystemState.Down } down ? down.Since : null;

    /// <summary>When the last hold ended; absent while the run is held.</summary>
    [NotInReference]
    public DateTimeOffset? HeldUntil { get; init; }

    /// <summary>The most recent plans that were replaced: what they left is known by their ids.</summary>
    [NotInReference]
    [Items(SchemaLimits.History)]
    public List<FormerPlan> FormerPlans { get; init => field = value ?? []; } = [];

    /// <summary>The abort token that stopped the run; absent if none did.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? AbortedBy { get; init; }

    /// <summary>True if the abort was requested while a rollback was wanted and had not started. Only a retry starts it
    /// then.</summary>
    public bool? AbortedRollback { get; init; }

    /// <summary>The token of drydock.dev/rollback that requested the rollback; absent if none did. Removing the
    /// annotation cancels a rollback that has not begun.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? RolledBackBy { get; init; }

    /// <summary>Everything that the last preflight found wrong. Empty once preflight passed.</summary>
    [Items(SchemaLimits.Findings)]
    public List<Finding> Findings { get; init => field = value ?? []; } = [];

    /// <summary>What this run works on, as the target reports it.</summary>
    public TargetStatus? Target { get; init; }

    /// <summary>The trace of the present attempt, as in the header traceparent (W3C). A retry begins another
    /// one.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Traceparent { get; init; }

    /// <summary>The most recent attempts that ended.</summary>
    [Items(SchemaLimits.History)]
    public List<RunAttempt> Attempts { get; init => field = value ?? []; } = [];

    /// <summary>The most recent approvals: of plans, holds and failed checks, with their effect.</summary>
    [Items(4 * SchemaLimits.History)]
    public List<UsedApproval> Approvals { get; init => field = value ?? []; } = [];

    /// <summary>The most recent retry words, abort and rollback tokens, used or ignored. None works twice.</summary>
    [Items(3 * SchemaLimits.History)]
    public List<UsedToken> UsedTokens { get; init => field = value ?? []; } = [];

    /// <summary>Manual work that remains after the run.</summary>
    [Items(SchemaLimits.Findings)]
    public List<ActionItem> ActionRequired { get; init => field = value ?? []; } = [];

    /// <summary>The plan of a kind; a redo stands in the place of the upgrade.</summary>
    public PlanProgress? PlanOf(PlanKind kind) => Plans.Find(p => IsFor(p.Plan, kind));

    public RunStatus WithPlan(PlanKind kind, PlanProgress? plan) => this with { Plans = With(kind, plan) };

    private static bool IsFor(Plan plan, PlanKind kind) =>
        plan.Kind == kind || (plan.Kind == PlanKind.Redo && kind == PlanKind.Upgrade);

    // In the order of the kinds. What cannot be read is never replaced.
    private List<PlanProgress> With(PlanKind kind, PlanProgress? plan)
    {
        var placed = plan is null || IsFor(plan.Plan, kind) ? plan : plan.With(plan.Plan with { Kind = kind });
        var kept = Plans.FindAll(p => p.Unreadable is not null || !IsFor(p.Plan, kind));
        return placed is null ? kept : [.. kept.Append(placed).OrderBy(p => p.Plan.Kind)];
    }
}

/// <summary>Whether a run can be rolled back.</summary>
public sealed record RollbackStatus
{
    /// <summary>False if the operator refuses every rollback of this run.</summary>
    public bool Possible { get; init; }

    /// <summary>What it would cost, or why it is not possible; absent if it costs nothing but its time.</summary>
    [Length(SchemaLimits.Message)]
    public string? Cost { get; init; }
}

/// <summary>A plan that was replaced.</summary>
public sealed record FormerPlan
{
    /// <summary>Its last number.</summary>
    public int Number { get; init; }

    /// <summary>Its random id.</summary>
    [Required]
    [Length(16, Minimum = 1)]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>What it was for.</summary>
    public PlanKind Kind { get; init; }

    /// <summary>Its hash.</summary>
    [Length(71)]
    public string Hash { get; init => field = value ?? ""; } = "";

    /// <summary>Why it was made; absent for the first one.</summary>
    [Length(SchemaLimits.Message)]
    public string? Why { get; init; }
}

/// <summary>A step that runs, failed or awaits another attempt, or a violated guard that can be approved. Its times
/// change only when steps of its kind start or end.</summary>
public sealed record ActiveStep
{
    /// <summary>Of the step or guard.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>What it does.</summary>
    [Length(SchemaLimits.Reference)]
    public string Title { get; init => field = value ?? ""; } = "";

    /// <summary>Pending: another attempt follows. Unknown: whether it was done cannot be determined.</summary>
    public StepState State { get; init; }

    /// <summary>When the attempt or violation began.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>When it should end, as steps of its kind took in this plan, otherwise as the version data says; absent
    /// if unknown.</summary>
    public DateTimeOffset? ExpectedAt { get; init; }

    /// <summary>What the expectation is taken from.</summary>
    [Length(SchemaLimits.Name)]
    public string? ExpectedFrom { get; init; }

    /// <summary>Number of attempts so far.</summary>
    public int Attempt { get; init; }

    /// <summary>Stable machine-readable word for the cause of the failure.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Reason { get; init; }

    /// <summary>How far it is, what it waits for, or what failed.</summary>
    [Length(SchemaLimits.Message)]
    public string? Message { get; init; }

    /// <summary>The word that accepts the failure; absent if none does.</summary>
    [Length(SchemaLimits.Reference)]
    public string? Accept { get; init; }

    /// <summary>Name of the Secret that holds the end of its output.</summary>
    [Length(SchemaLimits.Name)]
    public string? OutputRef { get; init; }
}

/// <summary>What a run works on.</summary>
public sealed record TargetStatus
{
    /// <summary>Identity that the server reports: its uuid, or its host and port, and the database or
    /// cluster.</summary>
    [Length(SchemaLimits.Reference)]
    public string? Identity { get; init; }

    /// <summary>Addresses at which the operator reached it, as configured and as resolved. Objects of other namespaces
    /// that reach the same server there wait (TargetBusy).</summary>
    [ListSet]
    [Items(64)]
    [Length(SchemaLimits.Reference)]
    public List<string> Addresses { get; init => field = value ?? []; } = [];

    /// <summary>The databases there that it works on; empty for all.</summary>
    [ListSet]
    [Items(SchemaLimits.Databases)]
    [Length(SchemaLimits.ShortName + 1)]
    public List<string> Databases { get; init => field = value ?? []; } = [];

    /// <summary>A short text for users.</summary>
    [Length(SchemaLimits.Message)]
    public string? Description { get; init; }

    /// <summary>Name of the Lease that claims the target; absent without a claim. Further Leases are named after the
    /// addresses.</summary>
    [Length(SchemaLimits.Name)]
    public string? Claim { get; init; }

    /// <summary>Namespace of that Lease.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? ClaimNamespace { get; init; }
}

/// <summary>One attempt of a run, from its start or a retry to its end.</summary>
[NotInReference]
public sealed record RunAttempt
{
    /// <summary>Counts from 1.</summary>
    [Range(1, int.MaxValue)]
    public int Number { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When a retry ended it, not when it failed.</summary>
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

    /// <summary>How long users could not work during it, if it was undone.</summary>
    [Length(SchemaLimits.Duration)]
    public string? Downtime { get; init; }

    /// <summary>The retry that ended it, so that the next attempt began.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Token { get; init; }
}

/// <summary>An approval that the operator has seen.</summary>
[NotInReference]
public sealed record UsedApproval
{
    /// <summary>The word: WHAT@HASH.N, or STEP@HASH.N.F for a failure. None works twice. What has begun stays approved
    /// under the next number of the plan.</summary>
    [Required]
    [Length(SchemaLimits.Reference, Minimum = 1)]
    public string Word { get; init => field = value ?? ""; } = "";

    /// <summary>Who gave it, as the API server named the user to the plugin. Claimed: only the audit log proves
    /// it.</summary>
    [Length(SchemaLimits.Name)]
    public string? By { get; init; }

    /// <summary>When it was seen.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Where it was given.</summary>
    public AcceptedBy From { get; init; }

    /// <summary>Why it has no effect; absent if it has.</summary>
    [Length(SchemaLimits.Message)]
    public string? Ignored { get; init; }

    /// <summary>The verdict that it overrules, as REASON: MESSAGE; absent unless it accepts a failure.</summary>
    [Length(SchemaLimits.Message)]
    public string? Overruled { get; init; }

    [JsonIgnore]
    public bool Accepted => Ignored is null;

    /// <summary>What it is for; null for a text of another form.</summary>
    [JsonIgnore]
    public Word? Parsed => Plans.Word.Parse(Word);
}

/// <summary>Manual work after the run: one kind of work, for all projects or nodes that it concerns.</summary>
public sealed record ActionItem
{
    /// <summary>Stable machine-readable word.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>How many projects, components or nodes it concerns; absent if it concerns the whole system or exactly
    /// the subject.</summary>
    [Range(1, int.MaxValue)]
    public int? Count { get; init; }

    /// <summary>What it concerns: the first projects, components, nodes.</summary>
    [Length(SchemaLimits.Message)]
    public string Subject { get; init => field = value ?? ""; } = "";

    /// <summary>What to do and why.</summary>
    [Length(SchemaLimits.Message)]
    public string Message { get; init => field = value ?? ""; } = "";

    /// <summary>What its approval agrees to, one line each; absent if the operator does nothing about it.</summary>
    [NotInReference]
    [Length(SchemaLimits.Message)]
    public string? Consent { get; init; }

    /// <summary>The ConfigMap in the same namespace that lists all; absent if subject and message show
    /// everything.</summary>
    [Length(SchemaLimits.Name)]
    public string? ConfigMap { get; init; }

    /// <summary>The key in the ConfigMap. A long list continues under it in the next one.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Key { get; init; }
}

/// <summary>One thing that preflight found wrong.</summary>
public sealed record Finding
{
    /// <summary>Stable machine-readable word.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>What is wrong, where, and what would be correct.</summary>
    [Length(SchemaLimits.Message)]
    public string Message { get; init => field = value ?? ""; } = "";

    /// <summary>The node on which it was found.</summary>
    [Length(SchemaLimits.Name)]
    public string? Node { get; init; }

    /// <summary>Path of the spec field that it concerns.</summary>
    [Length(SchemaLimits.Reference)]
    public string? Field { get; init; }

    /// <summary>The entry of spec.preflight.acknowledge that accepts this finding, REASON/SUBJECT; REASON alone accepts
    /// all with it. Empty: correct what it says.</summary>
    [Length(SchemaLimits.Reference)]
    public string? Acknowledge { get; init; }
}

/// <summary>A hold that a run waits at.</summary>
public sealed record HoldStatus
{
    /// <summary>The hold: a phase, a step id, PointOfNoReturn, or RollBack before a rollback after success.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The value for drydock.dev/approve that ends it, for instance StopOld@1f0c7a52.1.</summary>
    [Length(SchemaLimits.Reference)]
    public string Approval { get; init => field = value ?? ""; } = "";

    /// <summary>What the approval agrees to, a line each: what is destroyed, what goes down, the point of no return,
    /// where the run waits next. Absent if there is none of these.</summary>
    [Length(SchemaLimits.Message)]
    public string? Consent { get; init; }

    /// <summary>True if data are dropped; absent otherwise.</summary>
    public bool? Destroys { get; init; }

    /// <summary>Since when the run waits at it.</summary>
    public DateTimeOffset? Since { get; init; }
}

/// <summary>A retry, abort or rollback token that was used.</summary>
[NotInReference]
public sealed record UsedToken
{
    /// <summary>What it asked for.</summary>
    public TokenKind Kind { get; init; }

    /// <summary>The token.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    public string Token { get; init => field = value ?? ""; } = "";

    /// <summary>When it was used.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Why it had no effect; absent if it had one.</summary>
    [Length(SchemaLimits.Message)]
    public string? Message { get; init; }
}

/// <summary>What a token asks for.</summary>
public enum TokenKind
{
    /// <summary>Continue after a failure.</summary>
    Retry,

    /// <summary>Start no further step.</summary>
    Abort,

    /// <summary>Roll back.</summary>
    Rollback,
}
