namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Stops merging and balancing before the first TiKV, and lets leaders move faster
/// (<see cref="ScheduleHold"/>). <see cref="ReleaseScheduling"/> restores the limits, and <see cref="TiDbCleanup"/> at
/// every other end.</summary>
/// <param name="LeaderLimit">The least value of leader-schedule-limit; 0 leaves it unchanged.</param>
internal sealed record HoldScheduling(long LeaderLimit) : TiDbStep
{
    public const string FormerKey = "former";

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var schedule = await Targets.Pd().ScheduleAsync(cancellationToken);
        return ToSet(schedule).Count > 0
            ? new Observation.NotStarted()
            : new Observation.Done(
                null,
                context.Receipt(FormerKey) is null || context.Step.CleanedUpAt is not null
                    ? Entry(FormerKey, await FormerAsync(context, schedule, cancellationToken))
                    : null);
    });

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        // What an attempt before this one recorded stays right until the limits were restored: since then some of them
        // may have the values of the upgrade.
        var recorded = context.Step.CleanedUpAt is null ? context.Recorded(context.Step.Id, FormerKey) : null;
        return Entry(
            FormerKey,
            recorded
                ?? await FormerAsync(
                    context, await Targets.Pd().ScheduleAsync(cancellationToken), cancellationToken));
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var pd = Targets.Pd();
        await pd.SetLimitsAsync(ToSet(await pd.ScheduleAsync(cancellationToken)), cancellationToken);
    }

    private async Task<string> FormerAsync(
        StepContext context, PdSchedule schedule, CancellationToken cancellationToken)
    {
        var saved = await ConfigurationSecret.ReadAsync(Targets, context.Plan.AttemptsBefore, cancellationToken);
        return ScheduleHold.Text(
            context.Plan,
            schedule.Limits,
            saved?.GetValueOrDefault(SaveConfiguration.LimitsFile),
            LeaderLimit);
    }

    private Dictionary<string, long> ToSet(PdSchedule schedule) =>
        ScheduleHold.Wanted(schedule.Limits, LeaderLimit)
            .Where(w => schedule.Limits[w.Key] != w.Value)
            .ToDictionary(StringComparer.Ordinal);
}
