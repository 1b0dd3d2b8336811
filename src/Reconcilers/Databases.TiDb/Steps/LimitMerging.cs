namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Lowers merge-schedule-limit and never raises it (2 at first; docs/research/tidb.md#procedure): 3.0 merges
/// Regions where 2.1 did not, and there are many to merge. The early step, right after the last PD, does so only if
/// merging came with the new PD; PD's configuration is read and not assumed, because values in etcd take precedence
/// (docs/research/tidb.md#pd). The former limits are recorded.</summary>
/// <param name="Limit">The most that merge-schedule-limit may be.</param>
/// <param name="Before">The limits before the upgrade; the step then acts only if the new PD merges and the old one
/// did not.</param>
internal sealed record LimitMerging(long Limit, Dictionary<string, long>? Before = null) : TiDbStep
{
    public const string FormerKey = "former";

    private const string LimitName = ScheduleHold.MergeLimit;

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var schedule = await Targets.Pd().ScheduleAsync(cancellationToken);
        if (schedule.Limit(LimitName) is { } present && present <= Limit)
        {
            return new Observation.Done(
                string.Create(CultureInfo.InvariantCulture, $"{LimitName} is {present}."),
                context.Receipt(FormerKey) is null ? Entry(FormerKey, schedule.LimitsText()) : null);
        }

        return Before is { } before && !HasBegunToMerge(before, schedule)
            ? new Observation.Done($"The new PD merges as the old one did ({schedule.LimitsText()}).")
            : new Observation.NotStarted();
    });

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken) => context.Receipt(FormerKey) is not null
            ? Receipt(context)
            : Entry(FormerKey, (await Targets.Pd().ScheduleAsync(cancellationToken)).LimitsText());

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.Pd().SetLimitAsync(LimitName, Limit, cancellationToken);

    private static bool HasBegunToMerge(Dictionary<string, long> before, PdSchedule now) =>
        now.Merges
        && !(before.GetValueOrDefault("max-merge-region-size") > 0 && before.GetValueOrDefault(LimitName) > 0);
}
