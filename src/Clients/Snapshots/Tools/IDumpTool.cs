namespace Drydock.Clients.Snapshots;

/// <summary>Writes the SQL of one database.</summary>
public interface IDumpTool
{
    /// <summary>Which tool this is and with which flags it will run.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.ToolMissing"/>.</exception>
    Task<SnapshotTool> DescribeAsync(DumpScope scope, CancellationToken cancellationToken);

    /// <summary>
    /// Runs the dump; <paramref name="consume"/> reads every output to its end. It is called once for
    /// <see cref="SnapshotPart.Whole"/>, or for each of several parts, then from several threads at a time. Cancelling
    /// kills the children.
    /// </summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.DumpFailed"/> with the end of its error output,
    /// never the password.</exception>
    Task DumpAsync(DumpJob job, Func<DumpOutput, CancellationToken, Task> consume, CancellationToken cancellationToken);
}
