using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>The projects of an installation, as its API or its tables had them.</summary>
public sealed record ProjectsStatus
{
    /// <summary>When they were read.</summary>
    public DateTimeOffset? RecordedAt { get; init; }

    /// <summary>Migration projects that are not deleted.</summary>
    [Range(0, int.MaxValue)]
    public int Migration { get; init; }

    /// <summary>Synchronisation projects that are not deleted.</summary>
    [Range(0, int.MaxValue)]
    public int Synchronization { get; init; }

    /// <summary>Projects by status.</summary>
    [Items(64)]
    [Range(0, int.MaxValue)]
    public SortedDictionary<string, int> ByStatus { get; init => field = value ?? new(StringComparer.Ordinal); } = new(StringComparer.Ordinal);

    /// <summary>The projects, the first ones; the counts are complete.</summary>
    [Items(SchemaLimits.Projects)]
    public List<ProjectStatus> Items { get; init => field = value ?? []; } = [];
}
