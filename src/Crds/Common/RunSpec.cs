namespace Drydock.Crds.Common;

/// <summary>Settings of the run itself, which every kind of upgrade has.</summary>
public abstract record RunSpec
{
    /// <summary>Who approves the plan. Manual: every plan is shown and waits for your approval. Automatic: it starts at
    /// once, and the first change of the system still waits unless holdBefore says otherwise.</summary>
    [FieldClass(FieldClass.Control)]
    public ApprovalPolicy Approval { get; init; }

    /// <summary>What you approve, as WHAT@HASH.N in status.holds, or as STEP@HASH.N.F in status.active for a failure
    /// that you have checked: the step then counts as done. Each works once. The annotation drydock.dev/approve does
    /// the same.</summary>
    [FieldClass(FieldClass.Control)]
    [ListSet]
    [Items(SchemaLimits.History)]
    [Length(SchemaLimits.Reference, Minimum = 1)]
    [Pattern(Patterns.Word)]
    public List<string> Approvals { get; init => field = value ?? []; } = [];

    /// <summary>Which version should run. RolledBack starts a rollback with its own plan, at any
    /// time. After Succeeded the rollback waits for approval (RollBack@HASH.N), because what the new version wrote is
    /// lost. It is bound to no plan: this version should run, whatever a restored status says.</summary>
    [FieldClass(FieldClass.Control)]
    public DesiredState DesiredState { get; init; }

    /// <summary>What happens after a failure. Manual waits for you. OnFailure rolls back if something was changed and
    /// the new version is not in service yet (OmsUpgrade: EnableHA has not begun). After a failure that you may accept
    /// it waits for 15 minutes.</summary>
    [FieldClass(FieldClass.Control)]
    public RollbackPolicy RollbackPolicy { get; init; }

    /// <summary>When phases may start. Default: at any time. A started phase is always finished. OmsUpgrade: no phase
    /// waits for the window during the downtime. DatabaseRollingUpgrade: the window is asked before each instance too,
    /// with room for the time that such an instance took so far. A rollback never waits.</summary>
    [FieldClass(FieldClass.Control)]
    public MaintenanceWindow? Window { get; init; }

    /// <summary>A run that has not begun by this time, for instance 2026-03-01T04:00:00Z, becomes Stalled (TooLate). A
    /// run that has begun, and a rollback, ignore it. Use it for manifests in Git or on a schedule.</summary>
    [FieldClass(FieldClass.Control)]
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>On how many nodes parallel steps of the plan run at the same time. Default: all.</summary>
    [FieldClass(FieldClass.Control)]
    [Range(1, 256)]
    public int? MaxParallelNodes { get; init; }

    /// <summary>True starts no further step; running steps finish. False resumes the run.</summary>
    [FieldClass(FieldClass.Control)]
    public bool Paused { get; init; }

    /// <summary>Where the run waits for you once its plan is approved: before a phase (StopOld), a step
    /// (StopOld/oms-a), every point of no return (PointOfNoReturn) or the first change of the system (FirstChange). It
    /// continues when you remove the entry, or approve it. Default: FirstChange; an empty list waits nowhere.</summary>
    [FieldClass(FieldClass.Control)]
    [ListSet]
    [Items(64)]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.HoldName)]
    public List<string>? HoldBefore { get; init; }

    /// <summary>Where the run waits: as written, otherwise before the first change.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Holds => HoldBefore ?? [HoldMatcher.FirstChange];

    /// <summary>How long one pass of preflight may take, a duration.</summary>
    public abstract string PreflightLimit();

    /// <summary>How long an automatic rollback waits after a failure that may be accepted.</summary>
    public virtual TimeSpan AcceptanceWait() => TimeSpan.Zero;
}

/// <summary>Who approves a plan.</summary>
public enum ApprovalPolicy
{
    /// <summary>You do.</summary>
    Manual,

    /// <summary>Every plan is approved.</summary>
    Automatic,
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

    /// <summary>When it closes, HH:MM in timeZone; at or before start: on the next day.</summary>
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
