namespace Drydock.Reconcilers.Upgrades;

/// <summary>What the frame's messages call things of one kind.</summary>
internal sealed record RunWords
{
    /// <summary>What preflight looks at, behind "looking at": <c>hosts and processes</c>.</summary>
    public required string LooksAt { get; init; }

    /// <summary>
    /// What has happened once <see cref="IRunWork{TSpec}.IsPastUndo"/>, as the reason for which a deletion waits:
    /// <c>processes were stopped</c>.
    /// </summary>
    public required string PastUndo { get; init; }

    /// <summary>The same as what had not happened yet, behind "before": <c>a process was stopped</c>.</summary>
    public required string BeforeUndoEnds { get; init; }
}
