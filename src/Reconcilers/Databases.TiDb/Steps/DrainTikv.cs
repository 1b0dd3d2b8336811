using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Moves leaders away from a TiKV with evict-leader-scheduler and waits until none is left
/// (docs/research/tidb.md#tidb-ansible). After spec.drain.timeout it proceeds or fails, as spec.drain.onTimeout says,
/// and never silently (docs/research/tidb.md#rules). If it fails, it removes the scheduler.
/// </summary>
internal sealed class DrainTikv(ITiDbTargets targets) : TiDbStep<DrainTikv.Args>(targets)
{
    /// <summary>Receipt key: since when leaders have been moving away, over all automatic attempts.</summary>
    public const string SinceKey = "since";

    /// <summary>Receipt key: the number of leaders at the start.</summary>
    public const string LeadersKey = "leaders";

    /// <summary>Fact: the number of leaders that were left when the step proceeded after the timeout.</summary>
    public const string ProceededFact = "leadersLeft";

    /// <param name="Store">The store of the TiKV.</param>
    public sealed record Args(ulong Store);

    protected override Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var instance = Instance(context);
        if (await InstancePrograms.NeedsNoDrainAsync(Targets, context.Plan, instance, cancellationToken) is { } why)
        {
            return new Observation.Done(why);
        }

        var drain = await StoreDrain.ReadAsync(Targets, instance, args.Store, cancellationToken);
        if (drain.IsOver)
        {
            return new Observation.Done(
                drain.IsOnly ? "It is the only store: its leaders cannot move to another one." : null);
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
            (false, _) => new Observation.Running($"{left}."),
            (true, DrainTimeoutPolicy.Proceed) => new Observation.Done(
                $"{left} after {Spec.Drain.Timeout}. The upgrade proceeds, as spec.drain.onTimeout says.",
                Entry(ProceededFact, drain.Leaders.ToString(CultureInfo.InvariantCulture))),

            // Executed once more, the step removes the scheduler and fails.
            _ => new Observation.NotStarted($"{left} after {Spec.Drain.Timeout}."),
        };
    });

    protected override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        // A new attempt starts with an empty receipt; the plan still has the previous one. After a retry by the
        // administrator the time starts again.
        var former = context.Step.Tries == 0 ? null : context.Plan.Steps.Find(s => s.Id == context.Step.Id)?.Receipt;
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [SinceKey] = former?.GetValueOrDefault(SinceKey) ?? Timestamps.Text(context.Time.GetUtcNow()),
            [LeadersKey] = former?.GetValueOrDefault(LeadersKey)
                ?? (await Targets.Pd().StoreAsync(args.Store, cancellationToken)).Leaders
                    .ToString(CultureInfo.InvariantCulture),
        };
    }

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        if (IsLate(context) && Spec.Drain.OnTimeout == DrainTimeoutPolicy.Fail)
        {
            await Targets.Pd().LetLeadersBackAsync(args.Store, cancellationToken);
            throw new StepActionException(
                Reasons.DrainTimeout,
                $"Leaders did not leave {context.Step.Node} within {Spec.Drain.Timeout} (spec.drain.timeout). "
                + "It was not stopped, and evict-leader-scheduler is removed, so leaders may return. "
                + "Find out why they stay (leader-schedule-limit, a slow store), raise spec.drain.timeout, or set "
                + "spec.drain.onTimeout: Proceed, then retry.",
                retryable: false);
        }

        await Targets.Pd().EvictLeadersAsync(args.Store, cancellationToken);
    }

    private bool IsLate(StepContext context) =>
        Timestamps.Parse(context.Receipt(SinceKey)) is { } since
        && context.Time.GetUtcNow() - since >= KubernetesDuration.Parse(Spec.Drain.Timeout);
}
