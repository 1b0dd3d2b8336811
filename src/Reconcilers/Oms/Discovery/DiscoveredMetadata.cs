namespace Drydock.Reconcilers.Oms;

/// <summary>The metadata database.</summary>
internal sealed record DiscoveredMetadata
{
    /// <summary>What the server says it is: its uuid, or host and port as it reports them.</summary>
    public required string ServerIdentity { get; init; }

    /// <summary>Where it was reached, in the words of claims.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Kind and version for people.</summary>
    public required string Server { get; init; }

    /// <summary>drc_rm_db.</summary>
    public required string RmDatabase { get; init; }

    /// <summary>drc_cm_db.</summary>
    public required string CmDatabase { get; init; }

    /// <summary>The heartbeat databases of all regions, in order.</summary>
    public required IReadOnlyList<string> HeartbeatDatabases { get; init; }

    /// <summary>All of them: rm, cm, heartbeat databases.</summary>
    public IReadOnlyList<string> Databases => [RmDatabase, CmDatabase, .. HeartbeatDatabases];
}
