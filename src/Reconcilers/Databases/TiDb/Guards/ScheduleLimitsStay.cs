namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>merge-schedule-limit is not raised above the value that LimitMerging set, until Verify begins.</summary>
/// <param name="Limit">The most that merge-schedule-limit may be.</param>
internal sealed record ScheduleLimitsStay(long Limit) : TiDbGuard
{
    protected override async Task<GuardReading> ReadAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        var now = (await Targets.Pd.ScheduleAsync(cancellationToken)).Limit("merge-schedule-limit");
        return now <= Limit
            ? GuardReading.Holds
            : GuardReading.Broken("merge-schedule-limit was changed during the upgrade: it is "
                + $"{now?.ToString(CultureInfo.InvariantCulture) ?? "(not set)"}, expected at most {Limit}. Run "
                + $"`pd-ctl config set merge-schedule-limit {Limit}`; the upgrade then continues automatically.");
    }
}
