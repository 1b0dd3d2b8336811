using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>What a run works on.</summary>
public sealed record TargetStatus
{
    /// <summary>
    /// What the server says it is: its uuid, or host and port as it reports them, and the database or cluster.
    /// </summary>
    [Length(SchemaLimits.Reference)]
    public string? Identity { get; init; }

    /// <summary>
    /// Where the operator reached it, as the spec or the target's own configuration names it and as the network does.
    /// Objects of other namespaces that reach the same server at one of these addresses wait (TargetBusy).
    /// </summary>
    [ListSet]
    [Items(64)]
    [Length(SchemaLimits.Reference)]
    public List<string> Addresses { get; init => field = value ?? []; } = [];

    /// <summary>A few words for people.</summary>
    [Length(SchemaLimits.Message)]
    public string? Description { get; init; }

    /// <summary>
    /// Name of a Lease by which this run holds the target; absent while it holds none. Others are named after the
    /// addresses.
    /// </summary>
    [Length(SchemaLimits.Name)]
    public string? Claim { get; init; }

    /// <summary>Namespace of that Lease.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? ClaimNamespace { get; init; }
}
