namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The look at the whole universe before each step that makes an upgrade final, and at its end: every process
/// runs the wanted version, the masters list all of them as alive with fresh heartbeats, no tablet is under-replicated
/// or without a leader, and SQL answers as before the upgrade. All of that for spec.minHealthySeconds without
/// interruption, and at least until a heartbeat that the masters refuse is overdue: a server whose heartbeats they
/// refuse since AutoFlags were promoted, or since it left the leader blacklist, runs and answers (technical advisory
/// TA-21491). Replication is resumed after it.</summary>
/// <param name="Version">In a rollback: the wanted version; null for toVersion.</param>
[Step("universe", Attempts = 1)]
internal sealed record VerifyUniverse(string? Version = null) : YugabyteStep, IWaitsOnly
{
    // A heartbeat comes every second.
    private static readonly TimeSpan Overdue = ClusterView.FreshHeartbeat + TimeSpan.FromSeconds(2);

    internal override string Title(DatabaseRollingUpgradeSpec spec, string? node) =>
        $"Verify that the universe is healthy in {Version ?? spec.ToVersion}";

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) => VerifyPatience(spec) + Margin;

    private TimeSpan Hold => Cluster.Settle > Overdue ? Cluster.Settle : Overdue;

    protected override TimeSpan Pause => TimeSpan.FromSeconds(2);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var healthy = HealthyTime.Of(context);
        healthy.BeginLook();
        var version = Version ?? Cluster.Spec.ToVersion;
        var problems = await ProblemsAsync(context.Plan, YugabyteVersion.Parse(version), cancellationToken);
        if (problems.Count > 0)
        {
            return Elapsed(context) < VerifyPatience(Cluster.Spec)
                ? new Observation.Running($"Waiting until the universe is healthy in {version}. {problems[0]}")
                : new Observation.Failed(
                    Reasons.ClusterUnhealthy,
                    Sentences.Join(
                        "The universe was not healthy within "
                            + KubernetesDuration.Format(VerifyPatience(Cluster.Spec)),
                        problems[0],
                        problems.Count > 1 ? $"{problems.Count - 1} more." : null,
                        SetReplication.Paused(context.Plan, null).Any() ? "Replication stays paused." : null));
        }

        var hold = KubernetesDuration.Format(Hold);
        var left = healthy.Left(context.Time, Hold);
        return left <= TimeSpan.Zero
            ? new Observation.Done($"The universe has been healthy in {version} for {hold}.")
            : new Observation.Running($"The universe is healthy. Waiting until it has been healthy for {hold}.")
            {
                EndsAt = context.Time.GetUtcNow() + left,
            };
    }

    private async Task<IReadOnlyList<string>> ProblemsAsync(
        PlanProgress plan, YugabyteVersion version, CancellationToken cancellationToken)
    {
        var problems = await new ClusterGate(Cluster).HealthProblemsAsync(plan, cancellationToken);
        var report = await new VersionCheck(Cluster).ReadAsync(version, cancellationToken);
        return problems.Count > 0 ? [.. problems, .. report.Others] : report.IsClean ? [] : [report.Describe()];
    }
}
