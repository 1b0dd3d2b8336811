namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Restores the limits that <see cref="HoldScheduling"/> changed. merge-schedule-limit gets at most the value
/// that it has until tuning raises it: 3.0 merges Regions where 2.1 did not
/// (docs/research/tidb.md#procedure).</summary>
/// <param name="MergeLimit">The most that merge-schedule-limit is restored to.</param>
internal sealed record ReleaseScheduling(long MergeLimit) : TiDbStep
{
    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var hold = Hold(context);
        var now = (await Targets.Pd().ScheduleAsync(cancellationToken)).Limits;
        if (ScheduleHold.ToRestore(hold, now, MergeLimit).Count > 0)
        {
            return new Observation.NotStarted();
        }

        var limits = ScheduleHold.Former(hold).Keys.Where(now.ContainsKey)
            .Select(n => string.Create(CultureInfo.InvariantCulture, $"{n} {now[n]}"));
        return new Observation.Done($"The schedule limits are {string.Join(", ", limits)}.");
    });

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var pd = Targets.Pd();
        var now = (await pd.ScheduleAsync(cancellationToken)).Limits;
        await pd.SetLimitsAsync(ScheduleHold.ToRestore(Hold(context), now, MergeLimit), cancellationToken);
    }

    private static PlanStep Hold(StepContext context) =>
        context.Plan.Steps.Find(s => s.Id == TiDbStepIds.HoldScheduling)
        ?? throw new KeyNotFoundException(
            $"The plan has no step {TiDbStepIds.HoldScheduling}, so it does not fit {nameof(ReleaseScheduling)}.");
}
