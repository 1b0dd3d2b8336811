namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Promotes AutoFlags (docs/research/yugabytedb.md#autoflags). After this step old programs cannot run any more, unless
/// only the volatile class was requested. Every process is asked for its version immediately before.
/// <para>
/// The version of the configuration shows that something was promoted, but not that everything was; only the answer of
/// the tool shows that. The step is therefore done when the tool has said so to this process. After a kill before that
/// was stored, the promotion is requested again, which promotes nothing twice.
/// </para>
/// </summary>
/// <param name="Class">The highest class to promote.</param>
internal sealed record PromoteAutoFlags(AutoFlagClass Class) : YugabyteStep
{
    public const string FlagsBeforeReceipt = ProveAdminTool.FlagsFact;

    public const string FlagsAfterFact = "autoFlagsAfter";

    public const string PromotedFact = "promoted";

    public const string NeedsRestartFact = "needsRestart";

    private readonly ConcurrentDictionary<int, AutoFlagsPromotion> _answers = [];

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (!_answers.TryGetValue(context.Step.Attempt, out var answer))
        {
            return new Observation.NotStarted();
        }

        var after = (await Cluster.Tool().AutoFlagsAsync(cancellationToken)).Version;
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [FlagsAfterFact] = after.ToString(CultureInfo.InvariantCulture),
            [PromotedFact] = answer.Promoted ? "true" : "false",
        };
        if (answer.NeedsRestart)
        {
            facts[NeedsRestartFact] = "true";
        }

        var what = answer.Promoted ? "New AutoFlags were promoted" : "There were no new AutoFlags to promote";
        return new Observation.Done(
            string.Create(CultureInfo.InvariantCulture, $"{what}; the configuration is of version {after}."), facts);
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var before = context.Receipt(FlagsBeforeReceipt)
            ?? context.Recorded(YugabyteStepIds.AdminTool, ProveAdminTool.FlagsFact);
        return before is null
            ? await base.PrepareAsync(context, cancellationToken)
            : Entry(FlagsBeforeReceipt, before);
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var version = YugabyteVersion.Parse(Cluster.Spec.ToVersion);
        var report = await new VersionCheck(Cluster).ReadAsync(version, cancellationToken);
        if (!report.IsClean)
        {
            throw NotYet(
                Reasons.VersionMismatch,
                $"AutoFlags are not promoted while a process may be of another version than {Cluster.Spec.ToVersion}. "
                + report.Describe());
        }

        // What the target of replication has promoted may have changed since preflight.
        if (await new ReplicationFlags(Cluster).FindObstacleAsync(
            context.Receipt(FlagsBeforeReceipt), cancellationToken) is { } obstacle)
        {
            throw NotYet(Reasons.PeerNotUpgraded, $"AutoFlags are not promoted. {obstacle}");
        }

        Targets.EnsureMayAct();
        _answers[context.Step.Attempt] = await Cluster.Tool().PromoteAutoFlagsAsync(Class, cancellationToken);
    }
}
