using System.Globalization;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Lowers merge-schedule-limit (2 at first; docs/research/tidb.md#procedure): 3.0 merges Regions where 2.1 did not, and
/// there are many to merge. Early, right after the last PD, only if merging came with the new PD; its configuration is
/// read and not assumed, because what etcd holds wins (docs/research/tidb.md#pd). The former limits are recorded.
/// </summary>
internal sealed class LimitMerging(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <summary>Receipt key: the limits before, as <see cref="PdSchedule.LimitsText"/> writes them.</summary>
    public const string FormerKey = "former";

    private const string LimitName = "merge-schedule-limit";

    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var schedule = await Targets.Pd().ScheduleAsync(cancellationToken);
        var wanted = Wanted(context);
        if (schedule.Limit(LimitName) == wanted)
        {
            return new Observation.Done(string.Create(CultureInfo.InvariantCulture, $"{LimitName} is {wanted}"), context.Receipt(FormerKey) is null ? Fact(FormerKey, schedule.LimitsText()) : null);
        }

        return context.OptionalParameter("before") is { } before && !HasBegunToMerge(PdSchedule.ParseLimits(before), schedule)
            ? new Observation.Done($"the new PD merges as the old one did ({schedule.LimitsText()})")
            : new Observation.NotStarted();
    });

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        context.Receipt(FormerKey) is not null ? context.Step.Receipt! : Fact(FormerKey, (await Targets.Pd().ScheduleAsync(cancellationToken)).LimitsText());

    /// <inheritdoc />
    protected override Task CarryOutAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.Pd().SetLimitAsync(LimitName, Wanted(context), cancellationToken);

    private static bool HasBegunToMerge(IReadOnlyDictionary<string, long> before, PdSchedule now) =>
        now.Merges && !(before.GetValueOrDefault("max-merge-region-size") > 0 && before.GetValueOrDefault(LimitName) > 0);

    private static long Wanted(StepContext context) =>
        long.Parse(context.Parameter("limit"), NumberStyles.None, CultureInfo.InvariantCulture);
}
