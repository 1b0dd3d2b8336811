namespace Drydock.Reconcilers.Oms;

/// <summary>Leaves only the last row of heatbeat_sequence [sic], so that the dump is small
/// (docs/research/oms.md#heartbeat-sequence). Changes tables only in a session that holds a named lock and never
/// reconnects.</summary>
internal sealed class TrimHeartbeatSequence(IOmsTargets targets) : OmsStep<TrimHeartbeatSequence.Args>(targets)
{
    /// <param name="Database">The heartbeat database.</param>
    public sealed record Args(string Database);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var (database, seen) = (args.Database, await metadata.HeartbeatSequenceAsync(args.Database, cancellationToken));
        return seen switch
        {
            { Next: not null } => new Observation.NotStarted($"{database}.{SequenceTables.MainName} is not trimmed."),
            { Main: null } => new Observation.Done($"{database} has no table {SequenceTables.MainName}."),
            _ => new Observation.Done($"{database}.{SequenceTables.MainName} has at most one row."),
        };
    }

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        await using var held = await metadata.LockAsync(
            MetadataLocks.Of("drydock.trim.", args.Database), cancellationToken);
        await metadata.TrimHeartbeatSequenceAsync(held, args.Database, cancellationToken);
    }
}
