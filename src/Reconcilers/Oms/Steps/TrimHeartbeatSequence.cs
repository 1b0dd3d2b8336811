namespace Drydock.Reconcilers.Oms;

/// <summary>Leaves only the last row of heatbeat_sequence [sic], so that the dump is small
/// (docs/research/oms.md#heartbeat-sequence). Changes tables only in a session that holds a named lock and never
/// reconnects.</summary>
/// <param name="Database">The heartbeat database.</param>
internal sealed record TrimHeartbeatSequence(string Database) : OmsStep
{
    internal override string Verb => $"{Database}/trim";

    internal override string Title(string? node) => $"Trim heatbeat_sequence in {Database}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var (database, seen) = (Database, await metadata.HeartbeatSequenceAsync(Database, cancellationToken));
        return seen switch
        {
            { Next: not null } => new Observation.NotStarted($"{database}.{SequenceTables.MainName} is not trimmed."),
            { Main: null } => new Observation.Done($"{database} has no table {SequenceTables.MainName}."),
            _ => new Observation.Done($"{database}.{SequenceTables.MainName} has at most one row."),
        };
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        await using var held = await metadata.LockAsync(MetadataLocks.Of("drydock.trim.", Database), cancellationToken);
        await metadata.TrimHeartbeatSequenceAsync(held, Database, cancellationToken);
    }
}
