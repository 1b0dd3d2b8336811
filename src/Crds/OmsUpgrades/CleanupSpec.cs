using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>
/// When the old containers go. Without accepted and after they stay. Once they are gone there is no way back any more.
/// </summary>
public sealed record CleanupSpec
{
    /// <summary>True: the upgrade is accepted; the old containers go at once after Succeeded.</summary>
    public bool Accepted { get; init; }

    /// <summary>How long after Succeeded they go without a word. A duration, for instance 168h.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string? After { get; init; }

    /// <summary>True removes the old image as well, on hosts where no other container uses it.</summary>
    public bool RemoveImages { get; init; }
}
