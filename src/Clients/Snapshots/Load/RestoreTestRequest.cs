using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>Which snapshot to load for a test, and on which server.</summary>
public sealed record RestoreTestRequest
{
    /// <summary>Where it loads to, as a GRANT names it: the user needs all privileges there.</summary>
    public const string ScratchDatabases = @"drydock\_verify\_%";

    /// <summary>The snapshot.</summary>
    public required SnapshotLocation Location { get; init; }

    /// <summary>
    /// How to reach the server; its <c>Database</c> is not used. The user needs all privileges on
    /// <see cref="ScratchDatabases"/>.
    /// </summary>
    public required MySqlConnectionStringBuilder Connection { get; init; }

    /// <summary>Threads of myloader. Default 4.</summary>
    public int Threads { get; init; } = 4;

    /// <summary>The age identity that opens an encrypted snapshot, a secret; null for a plain one.</summary>
    public string? Identity { get; init; }

    /// <summary>Told about bytes and stages.</summary>
    public IProgress<SnapshotProgress>? Progress { get; init; }

    /// <summary>Told about each server session, to be kept in a receipt.</summary>
    public Func<SnapshotSession, CancellationToken, Task>? OnSession { get; init; }

    /// <summary>Names what is tested, without any secret.</summary>
    public override string ToString() => $"{Location.Prefix} on {Connection.Describe()}";
}
