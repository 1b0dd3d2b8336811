namespace Drydock.Clients.Snapshots;

/// <summary>Writes the SQL of one database.</summary>
public interface IDumpTool
{
    Task<SnapshotTool> DescribeAsync(DumpScope scope, CancellationToken cancellationToken);

    /// <summary>Runs the dump; <paramref name="consume"/> reads every output to its end. It is called once for
    /// <see cref="SnapshotPart.Whole"/>, or for each of several parts, then from several threads concurrently.
    /// Cancelling kills the children.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.DumpFailed"/> with the end of its error output,
    /// never the password.</exception>
    Task DumpAsync(DumpJob job, Func<DumpOutput, CancellationToken, Task> consume, CancellationToken cancellationToken);
}

/// <summary>One database to dump.</summary>
public sealed record DumpJob
{
    public required MySqlOptions Connection { get; init; }

    public required string Database { get; init; }

    public required string SnapshotId { get; init; }

    public required IReadOnlyList<string> Flags { get; init; }

    public int Threads { get; init; } = 4;
}

/// <summary>One stream of SQL that a tool wrote.</summary>
/// <param name="Name">Its file name, without the suffixes of compression and encryption; empty if it is the only
/// one.</param>
/// <param name="Head">Bytes to put before it.</param>
public sealed record DumpOutput(SnapshotPart Part, string Name, Stream Content, ReadOnlyMemory<byte> Head = default);

/// <summary>The facts that determine the flags of a dump.</summary>
/// <param name="Routines">A database has procedures, functions or packages.</param>
/// <param name="MayLock">The user may lock the tables.</param>
public sealed record DumpScope(MySqlServerKind Server, bool Routines, bool Triggers, bool Events, bool MayLock = false)
{
    /// <summary>Tables that keep the rows of the past, as database and table.</summary>
    public IReadOnlyList<string> Versioned { get; init; } = [];

    /// <summary>The server takes the rows of the past back.</summary>
    public bool TakesHistory { get; init; }

    /// <summary>The account lacks a privilege to see objects, which is accepted.</summary>
    public bool Hides { get; init; }

    /// <summary>No rows are dumped.</summary>
    public bool Definitions { get; init; }

    internal string? LostHistory(ToolInfo info) => Versioned.Count == 0 || DumpsHistory(info)
        ? null
        : $"; {SnapshotTool.WithoutHistory}, for want of a mysqldump and a server of MariaDB 10.11 or "
            + $"later, or because it is by transactions: {Sentences.List(Versioned, 10)}";

    internal bool DumpsHistory(ToolInfo info) =>
        !Definitions && Versioned.Count > 0 && TakesHistory && info.DumpsHistory;
}
