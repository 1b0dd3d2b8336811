namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Waits until the universe has been healthy in the new version for spec.yugabyte.soak, before the upgrade is
/// made final. The time counts from the end of the steps before this one, which is stored; an unhealthy look starts it
/// again. A restart of the operator only forgets unhealthy looks of the past.</summary>
internal sealed record Soak : YugabyteStep, IWaitsOnly
{
    internal override string Verb => "soak";

    internal override int Attempts => 1;

    internal override string Title(DatabaseRollingUpgradeSpec spec, string? node) =>
        $"Watch the new version for {Settings(spec).Soak} before the upgrade is made final";

    // A universe that becomes unhealthy while it is watched is watched from the beginning.
    internal override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(Settings(spec).Soak) + TimeSpan.FromDays(7);

    private static YugabyteSpec Settings(DatabaseRollingUpgradeSpec spec) => spec.Yugabyte ?? new YugabyteSpec();

    private DateTimeOffset? _unhealthySince;
    private DateTimeOffset? _unhealthyAt;

    private ClusterGate Gate => new(Cluster);

    protected override TimeSpan Pause => TimeSpan.FromSeconds(5);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        var problems = await Gate.HealthProblemsAsync(context.Plan, cancellationToken);
        if (problems.Count > 0)
        {
            var since = _unhealthySince ??= now;
            _unhealthyAt = now;
            var patience = VerifyPatience(Cluster.Spec);
            return now - since < patience
                ? new Observation.Running(
                    $"The upgrade is not made final while the universe is unhealthy. {problems[0]}")
                : new Observation.Failed(
                    Reasons.ClusterUnhealthy,
                    "The upgrade was not made final, because the universe has been unhealthy for "
                    + $"{KubernetesDuration.Format(patience)}. {string.Join(" ", problems)} "
                    + "Repair it, then retry; or roll back, if the plan's notes say that this is possible.");
        }

        _unhealthySince = null;
        var soak = KubernetesDuration.Parse(Cluster.Settings.Soak);
        var end = Began(context, now) + soak;
        return now >= end
            ? new Observation.Done($"The universe has been healthy for {Cluster.Settings.Soak} in the new version.")
            : new Observation.Running(
                $"The universe is healthy. If it stays so, the upgrade is made final from "
                + $"{end.ToUniversalTime():yyyy-MM-dd HH:mm:ss}Z on (spec.yugabyte.soak).");
    }

    private DateTimeOffset Began(StepContext context, DateTimeOffset now)
    {
        var before = context.Plan.Steps
            .Where(s => context.Step.After.Contains(s.Id, StringComparer.Ordinal))
            .Max(s => s.FinishedAt) ?? now;
        return _unhealthyAt is { } last && last > before ? last : before;
    }
}
