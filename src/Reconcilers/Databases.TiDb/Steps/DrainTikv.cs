using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Has leaders moved away from a TiKV by evict-leader-scheduler and waits until none is left
/// (docs/research/tidb.md#tidb-ansible). When spec.drain.timeout is over it goes on or gives up, as
/// spec.drain.onTimeout says: never silently (docs/research/tidb.md#rules). Giving up takes the scheduler away again.
/// </summary>
internal sealed class DrainTikv(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <summary>
    /// Receipt key: since when leaders have been leaving; kept over the attempts that follow by themselves.
    /// </summary>
    public const string SinceKey = "since";

    /// <summary>Receipt key: how many leaders there were.</summary>
    public const string LeadersKey = "leaders";

    /// <summary>Fact: how many leaders were left when it went on all the same.</summary>
    public const string ProceededFact = "leadersLeft";

    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var instance = Instance(context);
        if (await InstanceLooks.NeedsNoDrainAsync(Targets, context.Plan, instance, cancellationToken) is { } why)
        {
            return new Observation.Done(why);
        }

        var drain = await StoreDrain.ReadAsync(Targets, instance, Store(context), cancellationToken);
        if (drain.IsOver)
        {
            return new Observation.Done(drain.IsOnly ? "it is the only store: its leaders have nowhere to go" : null);
        }

        if (!drain.IsEvicted)
        {
            return new Observation.NotStarted();
        }

        var left = drain.IsCounted
            ? string.Create(CultureInfo.InvariantCulture, $"{drain.Leaders} leaders left")
            : "PD has a new leader that does not count leaders yet";
        return (IsLate(context), Spec.Drain.OnTimeout) switch
        {
            (false, _) => new Observation.Running(left),
            (true, DrainTimeoutPolicy.Proceed) => new Observation.Done(
                $"{left} after {Spec.Drain.Timeout}; it goes on as spec.drain.onTimeout says",
                Fact(ProceededFact, drain.Leaders.ToString(CultureInfo.InvariantCulture))),

            // Begun once more, it takes the scheduler away.
            _ => new Observation.NotStarted($"{left} after {Spec.Drain.Timeout}"),
        };
    });

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        // A new attempt begins with an empty receipt; the plan still has the former one. After a retry by a person the
        // time begins anew.
        var former = context.Step.Tries == 0 ? null : context.Plan.Steps.Find(s => s.Id == context.Step.Id)?.Receipt;
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [SinceKey] = former?.GetValueOrDefault(SinceKey) ?? Moments.Text(context.Time.GetUtcNow()),
            [LeadersKey] = former?.GetValueOrDefault(LeadersKey)
                ?? (await Targets.Pd().StoreAsync(Store(context), cancellationToken)).Leaders.ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <inheritdoc />
    protected override async Task CarryOutAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (IsLate(context) && Spec.Drain.OnTimeout == DrainTimeoutPolicy.Fail)
        {
            await Targets.Pd().LetLeadersBackAsync(Store(context), cancellationToken);
            throw new StepActionException(
                Reasons.DrainTimeout,
                $"leaders did not leave {context.Step.Node} within {Spec.Drain.Timeout}; it was not stopped, and they may come back (evict-leader-scheduler is removed). Find out why they stay (leader-schedule-limit, a slow store), raise spec.drain.timeout, or set spec.drain.onTimeout: Proceed, then retry",
                retryable: false);
        }

        await Targets.Pd().EvictLeadersAsync(Store(context), cancellationToken);
    }

    private bool IsLate(StepContext context) =>
        Moments.Parse(context.Receipt(SinceKey)) is { } since
        && context.Time.GetUtcNow() - since >= KubernetesDuration.Parse(Spec.Drain.Timeout);

    private static ulong Store(StepContext context) =>
        ulong.Parse(context.Parameter("store"), NumberStyles.None, CultureInfo.InvariantCulture);
}
