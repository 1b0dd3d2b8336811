namespace Drydock.Clients.Snapshots;

/// <summary>Writes the SQL of one database.</summary>
public interface IDumpTool
{
    /// <summary>Which tool this is and with which flags it will run.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.ToolMissing"/>.</exception>
    Task<SnapshotTool> DescribeAsync(DumpScope scope, CancellationToken cancellationToken);

    /// <summary>Runs the dump; <paramref name="consume"/> reads its output to the end. Cancelling kills the child.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.DumpFailed"/> with the end of its error output, never the password.</exception>
    Task DumpAsync(DumpJob job, Func<Stream, CancellationToken, Task> consume, CancellationToken cancellationToken);
}
