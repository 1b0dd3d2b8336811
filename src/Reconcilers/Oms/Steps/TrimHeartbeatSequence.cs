using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Leaves only the last row of heatbeat_sequence [sic], so that the dump is small
/// (docs/research/oms.md#heartbeat-sequence). Deletes only in a session that holds a named lock and never reconnects.
/// </summary>
internal sealed class TrimHeartbeatSequence(IOmsTargets targets) : OmsStep(targets)
{
    private const string Table = "heatbeat_sequence";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var database = context.Parameter("database");
        if (!await metadata.TableExistsAsync(database, Table, cancellationToken))
        {
            return new Observation.Done($"{database} has no {Table}");
        }

        var rows = await metadata.RowCountAsync(database, Table, cancellationToken);
        return rows <= 1
            ? new Observation.Done($"{database}.{Table} has {rows.ToString(CultureInfo.InvariantCulture)} row")
            : new Observation.NotStarted($"{rows.ToString(CultureInfo.InvariantCulture)} rows");
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var name = $"drydock.trim.{context.Parameter("database")}";
        await using var held = await metadata.TryLockAsync(name, TimeSpan.FromSeconds(5), cancellationToken)
            ?? throw new StepActionException(
                Reasons.LockUnavailable,
                $"session {await metadata.LockHolderAsync(name, cancellationToken)} holds the lock {name} on the metadata database");
        await metadata.TrimHeartbeatSequenceAsync(held, context.Parameter("database"), cancellationToken);
    }
}
