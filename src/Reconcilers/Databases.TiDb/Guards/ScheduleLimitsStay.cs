namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>merge-schedule-limit is not raised above the value that LimitMerging set, until TuneScheduling raises
/// it.</summary>
/// <param name="Limit">The most that merge-schedule-limit may be.</param>
internal sealed record ScheduleLimitsStay(long Limit) : TiDbGuard
{
    protected override async Task<GuardReading> ReadAsync(Plan plan, CancellationToken cancellationToken)
    {
        var now = (await Targets.Pd().ScheduleAsync(cancellationToken)).Limit("merge-schedule-limit");
        return now <= Limit
            ? GuardReading.Holds
            : GuardReading.Broken(string.Create(
                CultureInfo.InvariantCulture,
                $"merge-schedule-limit was changed during the upgrade: it is {Text(now)}, expected at most "
                + $"{Limit}. Run "
                + $"`pd-ctl config set merge-schedule-limit {Limit}`; the upgrade then continues automatically."));
    }

    private static string Text(long? limit) => limit?.ToString(CultureInfo.InvariantCulture) ?? "(not set)";
}
