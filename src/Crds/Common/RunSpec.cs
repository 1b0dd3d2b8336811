namespace Drydock.Crds.Common;

/// <summary>Settings of the run itself, which every kind of upgrade has.</summary>
public abstract record RunSpec
{
    /// <summary>Plan stops after preflight, writes the plan to status and changes nothing. Apply executes the
    /// plan.</summary>
    [FieldClass(FieldClass.Control)]
    public RunMode Mode { get; init; }

    /// <summary>Which version should run. RolledBack starts a rollback with its own plan (status.rollbackPlan). It can
    /// be requested at any time, also after Succeeded. After Succeeded the rollback waits for approval
    /// (RollBack@HASH.N, or its hash in approvedPlanHash), because data written since the upgrade is lost. It is bound
    /// to no plan: whatever a restored status says, this version is what should run.</summary>
    [FieldClass(FieldClass.Control)]
    public DesiredState DesiredState { get; init; }

    /// <summary>What happens after a failure. Manual waits for you. OnFailure starts the rollback automatically if
    /// something was already changed, and no data was written yet that the rollback would lose (OmsUpgrade: EnableHA
    /// has not begun).</summary>
    [FieldClass(FieldClass.Control)]
    public RollbackPolicy RollbackPolicy { get; init; }

    /// <summary>When phases may start. Default: at any time. A phase that has started is always finished. OmsUpgrade:
    /// between the first stopped instance and the end of the downtime no phase waits for the window, because waiting
    /// would prolong the outage. DatabaseRollingUpgrade: the window is asked before each instance too, to the last one,
    /// with room for the time that such an instance took so far. A rollback never waits for it.</summary>
    [FieldClass(FieldClass.Control)]
    public MaintenanceWindow? Window { get; init; }

    /// <summary>A run that has not begun by this time (RFC 3339, for instance 2026-03-01T04:00:00Z) does not begin; it
    /// becomes Stalled with the reason TooLate. A run that has begun continues to its end, and a rollback ignores this
    /// time. Use it for manifests that are kept in Git or applied by a schedule.</summary>
    [FieldClass(FieldClass.Control)]
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>On how many nodes steps run at the same time where the plan allows parallel steps. Default: all
    /// nodes.</summary>
    [FieldClass(FieldClass.Control)]
    [Range(1, 256)]
    public int? MaxParallelNodes { get; init; }

    /// <summary>True takes over a target that is still claimed by an object that no longer exists (HolderGone). Inspect
    /// the target first: an interrupted upgrade may have left it half done.</summary>
    [FieldClass(FieldClass.Control)]
    public bool AdoptTarget { get; init; }

    /// <summary>If set, only a plan with exactly this hash (status.plan.hash) is executed; any other plan is refused
    /// with PlanChanged. Empty accepts every plan. It is bound to what a plan does, not to its number: each later plan
    /// with the same hash is executed too.</summary>
    [FieldClass(FieldClass.Control)]
    [Length(71)]
    [Pattern(Patterns.PlanHashOrEmpty)]
    public string? ApprovedPlanHash { get; init; }

    /// <summary>True starts no further step; running steps finish. False resumes the run.</summary>
    [FieldClass(FieldClass.Control)]
    public bool Paused { get; init; }

    /// <summary>Where the run waits for you: before a phase (StopOld), a step (StopOld/oms-a) or every point of no
    /// return (PointOfNoReturn). It continues when you remove the entry, or approve it with the annotation
    /// drydock.dev/approve and the value NAME@HASH.N as status.holds has it: HASH is the first 8 hex digits of the hash
    /// of the plan, N its number.</summary>
    [FieldClass(FieldClass.Control)]
    [ListSet]
    [Items(64)]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.HoldName)]
    public List<string> HoldBefore { get; init => field = value ?? []; } = [];

    /// <summary>Failures that you have checked and accept, as STEP@HASH.N.F: the id of the failed step, the first 8 hex
    /// digits of the plan hash, the number of the plan and that of the failure, as status.nextAction has them. The step
    /// then counts as done. Only steps that verify something can be accepted; status.message of the failure and the
    /// notes of the plan name them. An entry works once. The annotation drydock.dev/accept does the same.</summary>
    [FieldClass(FieldClass.Control)]
    [ListSet]
    [Items(SchemaLimits.History)]
    [Length(SchemaLimits.Reference, Minimum = 1)]
    [Pattern("^[A-Za-z][A-Za-z0-9]*(/[A-Za-z0-9_.:-]+)*@(sha256:)?[0-9a-fA-F]{8,64}[.][0-9]{1,8}[.][0-9]{1,8}$")]
    public List<string> Accept { get; init => field = value ?? []; } = [];

    /// <summary>The word that resumes the run once after a failure, an abort or a rollback: the value of
    /// status.retryWord. It is bound to that plan and its number, so that it has no effect later; status.usedTokens
    /// says what became of it.</summary>
    [FieldClass(FieldClass.Control)]
    [Length(SchemaLimits.ShortName)]
    public string? Retry { get; init; }
}

/// <summary>Whether a run changes anything.</summary>
public enum RunMode
{
    /// <summary>Preflight and plan only. Nothing is changed.</summary>
    Plan,

    /// <summary>Preflight and plan, then execute the plan.</summary>
    Apply,
}

/// <summary>Which of the two versions should run.</summary>
public enum DesiredState
{
    /// <summary>The new version.</summary>
    Upgraded,

    /// <summary>The previous version. What was changed is rolled back.</summary>
    RolledBack,
}

/// <summary>What happens after a failure that follows the first change.</summary>
public enum RollbackPolicy
{
    /// <summary>The run waits for a repair, a retry or desiredState: RolledBack.</summary>
    Manual,

    /// <summary>The rollback starts automatically.</summary>
    OnFailure,
}

/// <summary>When phases may start. What has started is never interrupted.</summary>
[ValidationRule(
    "self.start != self.end",
    "window.end must differ from window.start. Otherwise the window never opens.")]
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
