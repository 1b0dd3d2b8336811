using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// A TiKV is back when PD has its store Up with a new start time and the new version (docs/research/tidb.md#tikv). Only
/// then is the evict-leader scheduler taken away, proven by schedulers-v2 (docs/research/tidb.md#pd-as-observed), and
/// leaders are given a while to come back.
/// </summary>
internal sealed class VerifyTikv(ITiDbTargets targets) : VerifyInstance(targets)
{
    /// <summary>Receipt key: since when it has been waited for.</summary>
    public const string SinceKey = "since";

    // As tidb-operator and tiup have it (docs/research/tidb.md#tiup): two thirds of the leaders, where there were
    // enough for that to mean anything, and 400 s at most.
    private const long EnoughLeaders = 200;
    private static readonly TimeSpan LongestWayBack = TimeSpan.FromSeconds(400);

    // PD keeps the start time in whole seconds.
    private static readonly TimeSpan Grain = TimeSpan.FromSeconds(2);

    /// <inheritdoc />
    protected override async Task<Observation?> InClusterAsync(
        StepContext context, DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken)
    {
        var id = Id(context);
        var store = await Targets.Pd().StoreAsync(id, cancellationToken);
        if (Waits(store, process) is { } waits)
        {
            // Begun once more, it takes the scheduler away and gives up.
            return IsLate(context) && (await Targets.Pd().ScheduleAsync(cancellationToken)).Evicted.Contains(id) ? new Observation.NotStarted(waits) : new Observation.Running(waits);
        }

        if ((await Targets.Pd().ScheduleAsync(cancellationToken)).Evicted.Contains(id))
        {
            return new Observation.NotStarted("evict-leader-scheduler is still there");
        }

        var before = LeadersBefore(context, instance);
        var isBack = before < EnoughLeaders || store.Leaders * 3 >= before * 2 || process.StartedAt is null
            || context.Time.GetUtcNow() - Began(context) >= LongestWayBack;
        return isBack ? null : new Observation.Running(string.Create(CultureInfo.InvariantCulture, $"{store.Leaders} of {before} leaders are back"));
    }

    /// <inheritdoc />
    protected override async Task CarryOutAsync(StepContext context, CancellationToken cancellationToken)
    {
        await base.CarryOutAsync(context, cancellationToken);
        var instance = Instance(context);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        var waits = Waits(await Targets.Pd().StoreAsync(Id(context), cancellationToken), process);
        var isLate = IsLate(context);
        if (waits is null || isLate)
        {
            Targets.EnsureMayAct();
            await Targets.Pd().LetLeadersBackAsync(Id(context), cancellationToken);
        }

        if (waits is not null && isLate)
        {
            throw new StepActionException(
                Reasons.InstanceUnhealthy,
                $"{instance.Name} on {instance.Host} runs {Spec.ToVersion} and did not come back into the cluster within {Spec.Timeouts.Verify} (spec.timeouts.verify): {waits}. Its evict-leader-scheduler is removed. Look at its log below {instance.DeployDir}/log, put the cause right, then retry",
                retryable: false);
        }
    }

    /// <inheritdoc />
    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken) => Task.FromResult(
        context.Receipt(SinceKey) is not null ? context.Step.Receipt! : Fact(SinceKey, Moments.Text(Began(context))));

    private bool IsLate(StepContext context) =>
        context.Time.GetUtcNow() - (Moments.Parse(context.Receipt(SinceKey)) ?? Began(context)) >= KubernetesDuration.Parse(Spec.Timeouts.Verify);

    private string? Waits(PdStore store, InstanceProcess process) => store switch
    {
        { IsUp: false } => string.Create(CultureInfo.InvariantCulture, $"store {store.Id} is {store.State}"),
        _ when !TiDbVersion.Same(store.Version, Spec.ToVersion) => string.Create(CultureInfo.InvariantCulture, $"PD knows store {store.Id} as version {store.Version}"),
        _ when store.StartedAt is { } known && process.StartedAt is { } started && known + Grain < started => string.Create(CultureInfo.InvariantCulture, $"PD has not heard of store {store.Id} since it was started"),
        _ => null,
    };

    private ulong Id(StepContext context)
    {
        var drain = TiDbStepIds.Drain(Instance(context));
        return ulong.TryParse(context.Plan.Steps.Find(s => s.Id == drain)?.Parameters.GetValueOrDefault("store"), NumberStyles.None, CultureInfo.InvariantCulture, out var store)
            ? store
            : throw new KeyNotFoundException($"{drain} has no parameter 'store'; the stored plan does not fit action {context.Step.Action}.");
    }

    private static long LeadersBefore(StepContext context, DatabaseInstance instance) =>
        long.TryParse(context.Recorded(TiDbStepIds.Drain(instance), DrainTikv.LeadersKey), NumberStyles.None, CultureInfo.InvariantCulture, out var leaders) ? leaders : 0;
}
