namespace Drydock.Cli.Views;

/// <summary>What <c>status -o json</c> prints: the run at one moment, with what is computed from the object. Fields are
/// only added.</summary>
internal sealed record RunView
{
    public required string Kind { get; init; }

    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public required string FromVersion { get; init; }

    public required string ToVersion { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Phase { get; init; }

    public required string Reason { get; init; }

    public required ShownState State { get; init; }

    public required string Message { get; init; }

    public string? NextAction { get; init; }

    public string? Progress { get; init; }

    public string? Instances { get; init; }

    public string? Snapshot { get; init; }

    /// <summary>When the first preflight began. A plan may be reviewed for days before its first step.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FirstStepAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public double? ElapsedSeconds { get; init; }

    /// <summary>Seconds that the remaining steps take at least; null if nothing is known of them.</summary>
    public double? RemainingSeconds { get; init; }

    /// <summary>Whether users can work, and whether the run needs an administrator, in one sentence.</summary>
    public string? Summary { get; init; }

    /// <summary>Whether users can work with the system; null before the first look and after the end.</summary>
    public SystemState? System { get; init; }

    /// <summary>Since when the system is down; null while it is not.</summary>
    public DateTimeOffset? DowntimeSince { get; init; }

    public double? DowntimeSeconds { get; init; }

    public string? RollbackCost { get; init; }

    /// <summary>Where the backup goes; null if the plan takes none.</summary>
    public string? Backup { get; init; }

    public IReadOnlyList<HoldView> Holds { get; init; } = [];

    /// <summary>The changes that the present state allows; empty in lists.</summary>
    public IReadOnlyList<OfferView> Offers { get; init; } = [];

    public IReadOnlyList<PlanView> Plans { get; init; } = [];

    public IReadOnlyList<FindingView> Findings { get; init; } = [];

    public IReadOnlyList<FindingView> ActionRequired { get; init; } = [];
}

/// <summary>What a user has to know first about a run.</summary>
internal enum ShownState
{
    Ready,

    InProgress,

    Held,

    Stalled,
}

/// <summary>A hold, and the command that ends it.</summary>
internal sealed record HoldView(
    string Name, string Approval, DateTimeOffset? Since, string Command, string? Consent);

/// <summary>A change that the present state of a run allows.</summary>
/// <param name="Argument">What it is about; null for the run.</param>
/// <param name="Promise">What the command does, as it says before it asks.</param>
internal sealed record OfferView(string Verb, string? Argument, string Command, string Promise);

/// <summary>A finding of preflight, or manual work that remains.</summary>
internal sealed record FindingView(string Reason, string Message, string? Where, string? Acknowledge);

/// <summary>One plan, by phases.</summary>
internal sealed record PlanView(
    string Name, string Hash, bool IsActive, IReadOnlyList<PhaseView> Phases, IReadOnlyList<string> Notes);

internal sealed record PhaseView(string Name, StepMark Mark, IReadOnlyList<StepView> Steps)
{
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public double? ElapsedSeconds { get; init; }

    public double? ExpectedSeconds { get; init; }
}

internal sealed record StepView
{
    public required string Id { get; init; }

    public required string Title { get; init; }

    public string? Node { get; init; }

    /// <inheritdoc cref="StoredStep.Runs"/>
    [JsonIgnore]
    public string? Runs { get; init; }

    [JsonIgnore]
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = ImmutableDictionary<string, string>.Empty;

    public required StepMark Mark { get; init; }

    public int Attempt { get; init; }

    public bool PointOfNoReturn { get; init; }

    public bool RunOnce { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public double? ElapsedSeconds { get; init; }

    public double? ExpectedSeconds { get; init; }

    public string? Output { get; init; }
}

/// <summary>The state of a step or phase.</summary>
internal enum StepMark
{
    Pending,
    Held,
    Running,
    Succeeded,
    Accepted,
    Failed,
    Unknown,
}
