namespace Drydock.Reconcilers.Oms;

/// <summary>Enables high availability (docs/research/oms.md#high-availability): the settings of before, missing keys
/// added, enable true, and either perceiveStoreClientCheckpoint or a refetchStoreIntervalMin that covers T1 to this
/// write. The time of the write is T2. A row that never existed, and that docker_init.sh did not create (Community
/// 3.3.1 is the first to have it), is inserted under the named lock. If its table has columns whose values cannot be
/// derived, nothing is written: high availability stays off, and the administrator is told to set it in the
/// console.</summary>
/// <param name="Database">The rm database.</param>
/// <param name="PerceiveStoreClientCheckpoint">Whether this key is set; otherwise refetchStoreIntervalMin is
/// raised.</param>
/// <param name="RefetchMargin">What is added to the time since T1, a duration.</param>
/// <param name="EnableConnectorRule">Whether the key of this name is set.</param>
/// <param name="Previous">ha.config before the upgrade; null if there was no row.</param>
internal sealed record EnableHighAvailability(
    string Database,
    bool PerceiveStoreClientCheckpoint,
    string RefetchMargin,
    bool EnableConnectorRule,
    string? Previous = null) : OmsStep
{
    public const string EnabledAtFact = "enabledAt";

    /// <summary>Receipt key: why the operator could not enable high availability; a sentence.</summary>
    public const string NotEnabledFact = "notEnabled";

    private const string Absent = "(absent)";
    private const string LockName = "drydock.ha.config";

    internal override string Verb => "ha-config";

    internal override void Undo(OmsRollback back, PlanStep done) => back.Phase(OmsUpgradePhases.DisableNewHA, () =>
    {
        var written = back.Add(new DisableHighAvailabilityForRollback(Database));
        return
        [
            back.RestartConsoles(
                Database, enabled: false, written, n => new RestartConsole(n.NewContainer, OnlyIfRunning: true)),
        ];
    });

    internal override string Title(string? node) => "Enable high availability in ha.config";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var (target, notEnabled) = (context.Receipt(HaConfigWrite.TargetKey), context.Receipt(NotEnabledFact));
        if (target is null && notEnabled is null)
        {
            return new Observation.NotStarted();
        }

        var metadata = await Targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(Database, cancellationToken);
        if (target is null)
        {
            return row.Present
                ? new Observation.NotStarted("The row ha.config exists now.")
                : new Observation.Done(notEnabled);
        }

        return HaConfigWrite.Judge(
            context, target, row.Raw, row.Present ? row.Raw : Absent, "enabling high availability");
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(Database, cancellationToken);
        if (!row.Present
            && await metadata.HaConfigInsertProblemAsync(Database, cancellationToken) is { } problem)
        {
            return Entry(
                NotEnabledFact,
                $"High availability stays off, because {problem}. "
                + "Set ha.config once in the console under System Management > System Parameters.");
        }

        var now = await HostTimeAsync(context, cancellationToken);
        var previous = Previous is { Length: > 0 } raw ? HaConfig.Parse(raw) : null;
        var margin = KubernetesDuration.Parse(RefetchMargin);
        var refetch = PerceiveStoreClientCheckpoint
            ? (int?)null
            : RefetchWindow.Minutes(StoppedAt(context), now, margin, previous?.RefetchStoreIntervalMin);
        var present = row.Raw is null ? HaConfig.Default : HaConfig.Parse(row.Raw);
        var target = present.Enabled(previous, PerceiveStoreClientCheckpoint, refetch, EnableConnectorRule);
        return HaConfigWrite.Enabling(row.Raw ?? Absent, target, now);
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(NotEnabledFact) is not null)
        {
            return;
        }

        var metadata = await Targets.MetadataAsync(cancellationToken);
        var expected = context.Receipt(HaConfigWrite.ExpectedKey)!;
        var target = context.Receipt(HaConfigWrite.TargetKey)!;
        bool written;
        if (expected == Absent)
        {
            await using var held = await metadata.LockAsync(LockName, cancellationToken);
            written = await metadata.InsertHaConfigAsync(held, Database, target, cancellationToken);
        }
        else
        {
            written = await metadata.CompareAndSwapHaConfigAsync(Database, expected, target, cancellationToken);
        }

        HaConfigWrite.Ensure(written);
    }

    /// <summary>T1: when the first old container stopped, as the containers report it.</summary>
    internal static DateTimeOffset StoppedAt(StepContext context) =>
        context.AllRecorded(OmsUpgradePhases.StopOld, StopContainer.FinishedAtFact)
            .Select(f => DateTimeOffset.Parse(f.Value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind))
            .DefaultIfEmpty(context.Time.GetUtcNow())
            .Min();
}
