using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>What every run-to-completion kind lets its user say about the run itself.</summary>
public abstract record RunSpec
{
    /// <summary>
    /// Apply carries the plan out; Plan stops after preflight with the plan in status and changes nothing.
    /// </summary>
    [FieldClass(FieldClass.Control)]
    public RunMode Mode { get; init; }

    /// <summary>
    /// Upgraded, or RolledBack: whatever was done is taken back by a plan of its own (status.rollbackPlan), at any time
    /// up to and after Succeeded. After Succeeded that plan is held until approved (RollBack@HASH, or its hash in
    /// approvedPlanHash), because what was written since is lost.
    /// </summary>
    [FieldClass(FieldClass.Control)]
    public DesiredState DesiredState { get; init; }

    /// <summary>
    /// Manual: a failure waits for a person. OnFailure: a failure after the first change takes the way back by itself.
    /// </summary>
    [FieldClass(FieldClass.Control)]
    public RollbackPolicy RollbackPolicy { get; init; }

    /// <summary>
    /// When phases may start; without it, at any time. A phase that has started is finished, and between the first
    /// stopped instance and the end of the downtime no phase waits for the window, because waiting there would be the
    /// longer outage. The way back never waits for it.
    /// </summary>
    [FieldClass(FieldClass.Control)]
    public MaintenanceWindow? Window { get; init; }

    /// <summary>
    /// Nothing is begun after this time (RFC 3339, for instance 2026-03-01T04:00:00Z); the run is then Stalled with the
    /// reason TooLate. What has begun before continues to its end, and a rollback never waits for it. For manifests
    /// that are kept in Git or applied by a schedule.
    /// </summary>
    [FieldClass(FieldClass.Control)]
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>
    /// On how many nodes steps run at one time, where the plan lets them run side by side. Without it on all.
    /// </summary>
    [FieldClass(FieldClass.Control)]
    [Range(1, 256)]
    public int? MaxParallelNodes { get; init; }

    /// <summary>
    /// True takes a target over whose holder no longer exists, after a person has looked at the target (HolderGone).
    /// </summary>
    [FieldClass(FieldClass.Control)]
    public bool AdoptTarget { get; init; }

    /// <summary>
    /// If set, only a plan with exactly this hash (status.plan.hash) is carried out; any other is refused with
    /// PlanChanged. Empty accepts every plan.
    /// </summary>
    [FieldClass(FieldClass.Control)]
    [Length(71)]
    [Pattern(Patterns.PlanHashOrEmpty)]
    public string? ApprovedPlanHash { get; init; }

    /// <summary>Running steps finish, none is started, until it is false again.</summary>
    [FieldClass(FieldClass.Control)]
    public bool Paused { get; init; }

    /// <summary>
    /// Stops before a phase (StopOld), a step (StopOld/oms-a) or every point of no return (PointOfNoReturn) until the
    /// entry is removed, or approved by the annotation drydock.dev/approve with the value NAME@HASH, where HASH is the
    /// first 8 hex digits of the plan hash.
    /// </summary>
    [FieldClass(FieldClass.Control)]
    [ListSet]
    [Items(64)]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.HoldName)]
    public List<string> HoldBefore { get; init => field = value ?? []; } = [];

    /// <summary>A new value goes on after a failure, once; used values are in status.usedTokens.</summary>
    [FieldClass(FieldClass.Control)]
    [Length(SchemaLimits.ShortName)]
    public string? Retry { get; init; }
}

/// <summary>Whether a run changes the world.</summary>
public enum RunMode
{
    /// <summary>Preflight, plan, and carry the plan out.</summary>
    Apply,

    /// <summary>Preflight and plan only; nothing is changed.</summary>
    Plan,
}

/// <summary>Which of the two versions should run.</summary>
public enum DesiredState
{
    /// <summary>The new one.</summary>
    Upgraded,

    /// <summary>The former one: whatever was done is taken back.</summary>
    RolledBack,
}

/// <summary>What a failure after the first change leads to.</summary>
public enum RollbackPolicy
{
    /// <summary>Nothing by itself: it waits for a repair, a retry or desiredState: RolledBack.</summary>
    Manual,

    /// <summary>The way back is taken by itself.</summary>
    OnFailure,
}

/// <summary>When phases may start. What has started is never interrupted.</summary>
[ValidationRule("self.start != self.end", RuleMessages.EmptyWindow)]
public sealed record MaintenanceWindow
{
    /// <summary>Days on which the window opens. Empty: every day.</summary>
    [ListSet]
    [Items(7)]
    public List<DayOfWeek> Days { get; init => field = value ?? []; } = [];

    /// <summary>When it opens, HH:MM in timeZone.</summary>
    [Required]
    [Length(5, Minimum = 5)]
    [Pattern(Patterns.TimeOfDay)]
    public string Start { get; init => field = value ?? ""; } = "";

    /// <summary>When it closes, HH:MM in timeZone; at or before start it closes on the next day.</summary>
    [Required]
    [Length(5, Minimum = 5)]
    [Pattern(Patterns.TimeOfDay)]
    public string End { get; init => field = value ?? ""; } = "";

    /// <summary>An IANA time zone, for instance Asia/Shanghai.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern("^[A-Za-z][A-Za-z0-9_+/-]*$")]
    public string TimeZone { get; init => field = value ?? "UTC"; } = "UTC";
}

/// <summary>Days of a maintenance window.</summary>
public enum DayOfWeek
{
    /// <summary>Monday.</summary>
    Mon,

    /// <summary>Tuesday.</summary>
    Tue,

    /// <summary>Wednesday.</summary>
    Wed,

    /// <summary>Thursday.</summary>
    Thu,

    /// <summary>Friday.</summary>
    Fri,

    /// <summary>Saturday.</summary>
    Sat,

    /// <summary>Sunday.</summary>
    Sun,
}
