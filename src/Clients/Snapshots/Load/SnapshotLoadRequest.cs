using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>Which database of which snapshot to load where.</summary>
public sealed record SnapshotLoadRequest
{
    /// <summary>The snapshot.</summary>
    public required SnapshotLocation Location { get; init; }

    /// <summary>How to reach the server; its <c>Database</c> is not used.</summary>
    public required MySqlConnectionStringBuilder Connection { get; init; }

    /// <summary>The database in the snapshot.</summary>
    public required string Database { get; init; }

    /// <summary>The database to load into, which must exist and be empty. Default: the same name.</summary>
    public string? Target { get; init; }

    /// <summary>Told about bytes and stages.</summary>
    public IProgress<SnapshotProgress>? Progress { get; init; }

    /// <summary>Told about the server session before anything is loaded, to be kept in a receipt.</summary>
    public Func<SnapshotSession, CancellationToken, Task>? OnSession { get; init; }
}
