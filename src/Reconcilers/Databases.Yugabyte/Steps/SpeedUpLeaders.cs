namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Lets leaders move faster before the first tablet server is drained (<see cref="LeaderMoves"/>), and records
/// what the masters had. <see cref="RestoreLeaderSpeed"/> restores it, and <see cref="YugabyteCleanup"/> at every other
/// end. If a version or a package cannot do it, leaders move as fast as before: the step never fails for
/// that.</summary>
internal sealed record SpeedUpLeaders : YugabyteStep
{
    public const string FormerKey = "former";

    private LeaderSpeed Speed => new(Targets, Cluster);

    private readonly ConcurrentDictionary<int, string> _refusals = [];

    // A flag may be set twice.
    protected override bool IsRepeatable => true;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var now = await Speed.ReadAsync(cancellationToken);
        var facts = context.Receipt(FormerKey) is null || context.Step.CleanedUpAt is not null
            ? Entry(FormerKey, await FormerAsync(context, now, cancellationToken))
            : null;
        if (!now.Values.Any(m => m.IsSlow))
        {
            return new Observation.Done(null, facts);
        }

        return _refusals.TryGetValue(context.Step.Attempt, out var refusal)
            ? new Observation.Done($"Leaders move as fast as before: {refusal}", facts)
            : new Observation.NotStarted();
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        // What an attempt before this one recorded stays right until the values were restored: since then some masters
        // may have the values of the upgrade.
        var recorded = context.Step.CleanedUpAt is null ? context.Recorded(context.Step.Id, FormerKey) : null;
        return Entry(
            FormerKey,
            recorded
                ?? await FormerAsync(context, await Speed.ReadAsync(cancellationToken), cancellationToken));
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await Speed.RaiseAsync(cancellationToken) is { } refusal)
        {
            _refusals[context.Step.Attempt] = refusal;
        }
    }

    // Values that are exactly those of the upgrade are its own if the status was put back to an older copy.
    private async Task<string> FormerAsync(
        StepContext context, IReadOnlyDictionary<string, LeaderMoves> now, CancellationToken cancellationToken)
    {
        var files = await ConfigurationSecret.ReadAsync(Targets, context.Plan.AttemptsBefore, cancellationToken);
        var saved = LeaderMoves.Parse(files?.GetValueOrDefault(SaveServerConfiguration.LeadersFile));
        return LeaderMoves.Text(now.ToDictionary(
            m => m.Key,
            m => saved.TryGetValue(m.Key, out var former) && m.Value == former.Wanted ? former : m.Value,
            StringComparer.Ordinal));
    }
}
