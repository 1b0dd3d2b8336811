using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// A TiKV is verified when PD reports its store Up with a new start time and the new version
/// (docs/research/tidb.md#tikv). Only then is the evict-leader scheduler removed, confirmed by schedulers-v2
/// (docs/research/tidb.md#pd-as-observed), and leaders have some time to return.
/// </summary>
internal sealed class VerifyTikv(ITiDbTargets targets) : VerifyInstance<VerifyTikv.Args>(targets)
{
    /// <summary>Receipt key: since when the step has been waiting.</summary>
    public const string SinceKey = "since";

    // As tidb-operator and tiup do (docs/research/tidb.md#tiup): two thirds of the leaders, if there were enough of
    // them, and 400 s at most.
    private const long EnoughLeaders = 200;
    private static readonly TimeSpan LongestReturn = TimeSpan.FromSeconds(400);

    // PD keeps the start time in whole seconds.
    private static readonly TimeSpan Precision = TimeSpan.FromSeconds(2);

    /// <param name="Store">The store of the TiKV.</param>
    public sealed record Args(ulong Store);

    protected override async Task<Observation?> InClusterAsync(
        StepContext context,
        Args args,
        DatabaseInstance instance,
        InstanceProcess process,
        CancellationToken cancellationToken)
    {
        var store = await Targets.Pd().StoreAsync(args.Store, cancellationToken);
        if (Missing(store, process) is { } missing)
        {
            // Executed once more, the step removes the scheduler and fails.
            return IsLate(context) && await IsEvictedAsync(args, cancellationToken)
                ? new Observation.NotStarted(missing)
                : new Observation.Running(missing);
        }

        if (await IsEvictedAsync(args, cancellationToken))
        {
            return new Observation.NotStarted($"Store {args.Store} still has its evict-leader-scheduler.");
        }

        var before = LeadersBefore(context, instance);
        var isBack = before < EnoughLeaders
            || store.Leaders * 3 >= before * 2
            || process.StartedAt is null
            || context.Time.GetUtcNow() - Began(context) >= LongestReturn;
        return isBack
            ? null
            : new Observation.Running(string.Create(
                CultureInfo.InvariantCulture, $"{store.Leaders} of {before} leaders have returned."));
    }

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        await base.ExecuteAsync(context, args, cancellationToken);
        var instance = Instance(context);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        var missing = Missing(await Targets.Pd().StoreAsync(args.Store, cancellationToken), process);
        var isLate = IsLate(context);
        if (missing is null || isLate)
        {
            Targets.EnsureMayAct();
            await Targets.Pd().LetLeadersBackAsync(args.Store, cancellationToken);
        }

        if (missing is not null && isLate)
        {
            throw new StepActionException(
                Reasons.InstanceUnhealthy,
                $"{instance.Name} on {instance.Host} runs {Spec.ToVersion} and did not rejoin the cluster within "
                + $"{Spec.Timeouts.Verify} (spec.timeouts.verify): {missing} Its evict-leader-scheduler is removed. "
                + $"Check its log below {instance.DeployDir}/log, fix the cause, then retry.",
                retryable: false);
        }
    }

    protected override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken) => Task.FromResult(
            context.Receipt(SinceKey) is not null
                ? Receipt(context)
                : Entry(SinceKey, Timestamps.Text(Began(context))));

    private bool IsLate(StepContext context) =>
        context.Time.GetUtcNow() - (Timestamps.Parse(context.Receipt(SinceKey)) ?? Began(context))
        >= KubernetesDuration.Parse(Spec.Timeouts.Verify);

    private async Task<bool> IsEvictedAsync(Args args, CancellationToken cancellationToken) =>
        (await Targets.Pd().ScheduleAsync(cancellationToken)).Evicted.Contains(args.Store);

    private string? Missing(PdStore store, InstanceProcess process)
    {
        if (!store.IsUp)
        {
            return $"Store {store.Id} is {store.State}.";
        }

        if (!TiDbVersion.Same(store.Version, Spec.ToVersion))
        {
            return $"PD reports store {store.Id} with version {store.Version}.";
        }

        return store.StartedAt is { } known && process.StartedAt is { } started && known + Precision < started
            ? $"PD has not heard from store {store.Id} since it was started."
            : null;
    }

    private static long LeadersBefore(StepContext context, DatabaseInstance instance) =>
        long.TryParse(
            context.Recorded(TiDbStepIds.Drain(instance), DrainTikv.LeadersKey),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var leaders)
            ? leaders
            : 0;
}
