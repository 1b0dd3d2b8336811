namespace Drydock.Reconcilers.Oms;

/// <summary>Leaves only the last row of heatbeat_sequence [sic], so that the dump is small
/// (docs/project/research/oms.md#heartbeat-sequence). Changes tables only in a session that holds a named lock and
/// never reconnects.</summary>
/// <param name="Database">The heartbeat database.</param>
internal sealed record TrimHeartbeatSequence(string Database) : OmsStep, IConsent
{
    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own) =>
        [new(ConsentWeight.Lost, $"All rows of {Database}.heatbeat_sequence but the last are deleted.")];

    internal override string Verb => $"{Database}/trim";
    internal override string Title(string? node) => $"Trim heatbeat_sequence in {Database}";
    internal override string Runs => SqlOmsMetadata.TrimTexts(Database);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var (database, seen) = (Database, await metadata.HeartbeatSequenceAsync(Database, cancellationToken));
        return seen switch
        {
            { Next: not null } => new NotStarted($"{database}.{SequenceTables.MainName} is not trimmed."),
            { Main: null } => new Done($"{database} has no table {SequenceTables.MainName}."),
            _ => new Done($"{database}.{SequenceTables.MainName} has at most one row."),
        };
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        await using var held = await metadata.LockAsync(MetadataLocks.Of("drydock.trim.", Database), cancellationToken);
        await metadata.TrimHeartbeatSequenceAsync(held, Database, cancellationToken);
    }
}

/// <summary>Takes named locks on the metadata database for steps that write to it.</summary>
internal static class MetadataLocks
{
    // Servers refuse longer names.
    private const int LongestName = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static string Of(string purpose, string database) => purpose.Length + database.Length <= LongestName
        ? purpose + database
        : purpose + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database)))[..32];

    public static async Task<IMetadataLock> LockAsync(
        this SqlOmsMetadata metadata, string name, CancellationToken cancellationToken) =>
        await metadata.TryLockAsync(name, Patience, cancellationToken)
        ?? throw new StepActionException(
            Reasons.LockUnavailable,
            $"Session {await metadata.LockHolderAsync(name, cancellationToken)} holds the lock {name} "
            + "on the metadata database. The step is retried.");
}
