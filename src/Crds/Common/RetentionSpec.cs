namespace Drydock.Crds.Common;

/// <summary>How long snapshots of a series are kept. A snapshot is kept as long as at least one of the fields requires
/// it. Without fields all are kept.</summary>
public sealed record RetentionSpec
{
    /// <summary>How many of the newest snapshots of the series are kept, including this one.</summary>
    [Range(1, 10000)]
    public int? KeepLast { get; init; }

    /// <summary>How long each snapshot is kept after it was taken, as a duration, for instance 30d.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string? KeepFor { get; init; }
}
