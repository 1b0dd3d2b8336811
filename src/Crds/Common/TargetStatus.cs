using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>What a run works on.</summary>
public sealed record TargetStatus
{
    /// <summary>What the server says it is: its uuid, or host and port as it reports them, and the database or cluster.</summary>
    [Length(SchemaLimits.Reference)]
    public string? Identity { get; init; }

    /// <summary>A few words for people.</summary>
    [Length(SchemaLimits.Message)]
    public string? Description { get; init; }

    /// <summary>Name of the Lease by which this run holds the target; absent while it holds none.</summary>
    [Length(SchemaLimits.Name)]
    public string? Claim { get; init; }

    /// <summary>Namespace of that Lease.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? ClaimNamespace { get; init; }
}
