using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.SnapshotRestores;

/// <summary>What the operator reports of a restore.</summary>
public sealed record SnapshotRestoreStatus : ObservedStatus
{
    /// <summary>Databases restored of all databases: 2/3.</summary>
    [Length(16)]
    public string? Progress { get; init; }

    /// <summary>Name of the snapshot in its storage.</summary>
    [Length(SchemaLimits.Name)]
    public string? SnapshotID { get; init; }

    /// <summary>When the snapshot was taken: what was written later is not in it.</summary>
    public DateTimeOffset? SnapshotTakenAt { get; init; }

    /// <summary>Attempts begun.</summary>
    [Range(0, int.MaxValue)]
    public int Attempt { get; init; }

    /// <summary>The databases.</summary>
    [ListMap("name")]
    [Items(SchemaLimits.Databases)]
    public List<RestoredDatabase> Databases { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Opaque strings by which a running load and its server sessions are found again, written before it starts. No
    /// API.
    /// </summary>
    [Items(256)]
    [Length(SchemaLimits.Opaque)]
    public SortedDictionary<string, string>? Receipt { get; init; }

    /// <summary>Retry tokens that were used, the last ones; none works twice.</summary>
    [Items(SchemaLimits.History)]
    public List<UsedToken> UsedTokens { get; init => field = value ?? []; } = [];
}
