using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>
/// How long snapshots of a series are kept. One is kept while either field asks for it; without fields all are.
/// </summary>
public sealed record RetentionSpec
{
    /// <summary>The newest ones of the series that are kept, this one included.</summary>
    [Range(1, 10000)]
    public int? KeepLast { get; init; }

    /// <summary>How long each is kept after it was taken. A duration, for instance 30d.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string? KeepFor { get; init; }
}
