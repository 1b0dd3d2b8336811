namespace Drydock.Runs;

/// <summary>The controls that users set for the run. Read again at every advance.</summary>
public sealed record RunControls
{
    public bool Paused { get; init; }

    /// <summary>Why nothing may be started although the run is not paused (deletion with Abandon, an abort): a whole
    /// sentence. Null lets it start.</summary>
    public string? StartNothingBecause { get; init; }

    public IReadOnlySet<string> HoldBefore { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    public string HowToResume { get; init; } = "Set spec.paused: false to continue.";

    public Func<string, string> HowToRelease { get; init; } = static name => $"remove '{name}' from spec.holdBefore";

    /// <summary>The entry of <see cref="HoldBefore"/> that no user has set; null if there is none.</summary>
    public string? ImpliedHold { get; init; }

    /// <summary>Why it exists and what ends it, as sentences.</summary>
    public string? ImpliedBecause { get; init; }

    /// <summary>On how many nodes steps may be under way at the same time; null for all. Steps without a node do not
    /// count.</summary>
    public int? MaxParallelNodes { get; init; }

    /// <summary>When the phase of a step, or the unit of work that begins with it
    /// (<see cref="PlannedStep.AsksWindow"/>), may start; null or a time that has passed lets it start now. Called only
    /// for phases and units of which no step has started: what has started is never interrupted.</summary>
    public Func<Step, DateTimeOffset?> PhaseOpensAt { get; init; } = static _ => null;

    /// <summary>True if phases no longer wait for <see cref="PhaseOpensAt"/>; units of work still do.</summary>
    public bool OnlyUnitsWait { get; init; }

    public Func<Step, string> ClosedBecause { get; init; } = static _ => "spec.window is closed.";

    public IReadOnlySet<string> Approved { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The failed steps whose failure an administrator accepts, and where the acceptance came from. A step
    /// that cannot be accepted is not changed.</summary>
    public IReadOnlyDictionary<string, AcceptedBy> Accepted { get; init; } =
        new Dictionary<string, AcceptedBy>(StringComparer.Ordinal);

    public bool Retry { get; init; }

    /// <summary>An access field or a referenced Secret changed: the attempts of repeatable steps are reset, and
    /// everything is observed again at once. Set only for the advance that follows the change.</summary>
    public bool AccessChanged { get; init; }

    public required Func<Step, TimeSpan> TimeoutOf { get; init; }
}
