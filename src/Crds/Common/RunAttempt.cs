using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

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
