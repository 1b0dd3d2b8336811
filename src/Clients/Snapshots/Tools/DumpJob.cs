using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>One database to dump.</summary>
public sealed record DumpJob
{
    /// <summary>How to reach the server.</summary>
    public required MySqlConnectionStringBuilder Connection { get; init; }

    /// <summary>The database.</summary>
    public required string Database { get; init; }

    /// <summary>Whose marker its statements carry.</summary>
    public required string SnapshotId { get; init; }

    /// <summary>Flags as <see cref="IDumpTool.DescribeAsync"/> gave them.</summary>
    public required IReadOnlyList<string> Flags { get; init; }

    /// <summary>Threads, where the tool has several.</summary>
    public int Threads { get; init; } = 4;

    /// <summary>
    /// Called beside the dump for every child that connects to the server; the dump does not wait for it but ends only
    /// after it.
    /// </summary>
    public Func<RunningTool, CancellationToken, Task>? OnStarted { get; init; }
}
