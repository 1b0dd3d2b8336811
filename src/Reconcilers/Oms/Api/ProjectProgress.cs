namespace Drydock.Reconcilers.Oms;

/// <summary>How far a project is.</summary>
internal sealed record ProjectProgress
{
    /// <summary>Status in OMS's own words (docs/research/oms.md#project-status).</summary>
    public required string Status { get; init; }

    /// <summary>The step it is in, in OMS's own words; null if it says none.</summary>
    public string? CurrentStep { get; init; }

    public bool? SynchronizesIncrements { get; init; }

    public DateTimeOffset? Checkpoint { get; init; }

    /// <summary>A checkpoint that is not a time (some sources have their own form); null otherwise.</summary>
    public string? CheckpointText { get; init; }

    /// <summary>The console's clock when it answered; the operator's where it does not say.</summary>
    public required DateTimeOffset AnsweredAt { get; init; }

    /// <summary>How far it is behind, by the console's clock; null if unknown.</summary>
    public TimeSpan? Lag =>
        Checkpoint is { } checkpoint ? AnsweredAt > checkpoint ? AnsweredAt - checkpoint : TimeSpan.Zero : null;
}

/// <summary>One step of a project.</summary>
/// <param name="Name">For instance <c>INCR_TRANSFER</c>, <c>TRANSFER_APP_SWITCH</c>.</param>
/// <param name="Status">For instance <c>INIT</c>, <c>RUNNING</c>, <c>MONITORING</c>, <c>FINISHED</c>.</param>
internal sealed record ProjectStep(string Name, string Status);
