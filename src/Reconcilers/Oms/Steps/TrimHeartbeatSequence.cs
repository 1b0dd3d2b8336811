using System.Globalization;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Leaves only the last row of heatbeat_sequence [sic], so that the dump is small
/// (docs/research/oms.md#heartbeat-sequence). Deletes only in a session that holds a named lock and never reconnects.
/// </summary>
internal sealed class TrimHeartbeatSequence(IOmsTargets targets) : OmsStep<TrimHeartbeatSequence.Args>(targets)
{
    private const string Table = "heatbeat_sequence";

    /// <param name="Database">The heartbeat database.</param>
    public sealed record Args(string Database);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var database = args.Database;
        if (!await metadata.TableExistsAsync(database, Table, cancellationToken))
        {
            return new Observation.Done($"{database} has no table {Table}.");
        }

        var rows = await metadata.RowCountAsync(database, Table, cancellationToken);
        var message = string.Create(CultureInfo.InvariantCulture, $"Rows in {database}.{Table}: {rows}.");
        return rows <= 1 ? new Observation.Done(message) : new Observation.NotStarted(message);
    }

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        await using var held = await metadata.LockAsync($"drydock.trim.{args.Database}", cancellationToken);
        await metadata.TrimHeartbeatSequenceAsync(held, args.Database, cancellationToken);
    }
}
