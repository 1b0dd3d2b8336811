using Drydock.Clients.Kubernetes.Events;

namespace Drydock.Reconcilers.Databases;

/// <summary>Instances that left the database for good, or joined it, while an upgrade runs (spec.removedInstances,
/// spec.addedInstances), and the catalogue of an engine under them: no step begins until the database itself confirms
/// every entry, because the gates no longer count a skipped instance, and the steps of a skipped instance count as
/// done.</summary>
/// <param name="added">How instances of spec.addedInstances are started and stopped.</param>
internal sealed class ChangedTopology(
    Func<DatabaseRollingUpgrade> stored, IEngineTargets engine, AddedInstances added, IEventRecorder events,
    TimeProvider time) : IStepCatalog
{
    public const string GenerationFact = "skippedInGeneration";

    // Every observation of every step asks.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private volatile Answer? _last;

    private bool IsEmpty => IsUnchanged(stored().Spec);
    private long Generation => stored().Metadata.Generation ?? 0;

    public static DatabaseRollingUpgrade Current(DatabaseRollingUpgrade upgrade, AddedInstances added)
    {
        var spec = upgrade.Spec;
        return IsUnchanged(spec)
            ? upgrade
            : upgrade with
            {
                Spec = spec with
                {
                    Instances =
                    [
                        .. spec.Instances.Where(i => !spec.RemovedInstances.Contains(i.Name, StringComparer.Ordinal)),
                        .. spec.AddedInstances.Select(instance => added.Of(spec, instance)),
                    ],
                },
            };
    }

    public static IEnumerable<Finding> Refusals(DatabaseRollingUpgradeSpec spec)
    {
        if (spec.RemovedInstances.Count > 0)
        {
            yield return Refusal(
                "spec.removedInstances is for an upgrade that runs, and no plan is stored. Remove the instances from "
                    + "spec.instances instead, and empty spec.removedInstances.",
                "spec.removedInstances");
        }

        if (spec.AddedInstances.Count > 0)
        {
            yield return Refusal(
                "spec.addedInstances is for an upgrade that runs, and no plan is stored. List the instances in "
                    + "spec.instances instead, and empty spec.addedInstances.",
                "spec.addedInstances");
        }
    }

    public IStepAction Action(PlannedStep step) => new CheckedAction(engine.Catalog.Action(step), this);

    public IGuardCheck Guard(PlannedGuard guard) => engine.Catalog.Guard(guard);

    private bool IsSkipped(string instance) =>
        stored().Spec.RemovedInstances.Contains(instance, StringComparer.Ordinal);

    public async Task<string?> FindRefusalAsync(CancellationToken cancellationToken)
    {
        var spec = stored().Spec;
        var (now, generation) = (time.GetUtcNow(), Generation);
        if (_last is { } last && last.Generation == generation && now - last.At < Fresh && now >= last.At)
        {
            return last.Refusal;
        }

        var refusals = new List<string>();
        foreach (var name in spec.RemovedInstances)
        {
            refusals.AddRange(await FindAsync(
                $"spec.removedInstances[{name}]",
                spec.Instances.Find(i => i.Name == name) is { } instance
                    ? () => engine.FindMembershipAsync(instance, cancellationToken)
                    : () => Task.FromResult<string?>("spec.instances has no such instance.")));
        }

        foreach (var instance in spec.AddedInstances)
        {
            refusals.AddRange(await FindAsync(
                $"spec.addedInstances[{instance.Name}]",
                spec.Instances.Exists(i => i.Name == instance.Name)
                    ? () => Task.FromResult<string?>("spec.instances has an instance of this name.")
                    : async () => await added.FindAsync(spec, instance, engine, cancellationToken)
                        ?? await engine.FindUnfitAsync(added.Of(spec, instance), cancellationToken)));
        }

        var refusal = refusals.Count > 0 ? string.Join(" ", refusals) : null;
        _last = new Answer(generation, now, refusal);
        return refusal;
    }

    private void Report(string step, string instance) => events.Normal(
        stored(), Reasons.InstanceSkipped,
        $"{step} counts as done: the database no longer knows {instance}, which spec.removedInstances names.");

    private static Finding Refusal(string message, string field) =>
        new() { Reason = Reasons.InvalidSpec, Message = message, Field = field };

    private static bool IsUnchanged(DatabaseRollingUpgradeSpec spec) =>
        spec is { RemovedInstances.Count: 0, AddedInstances.Count: 0 };

    private static async Task<IEnumerable<string>> FindAsync(string field, Func<Task<string?>> find)
    {
        try
        {
            return await find() is { } problem ? [$"{field} is not accepted: {problem}"] : [];
        }
        catch (TargetException exception)
        {
            return [$"{field} cannot be checked: {exception.Message}"];
        }
    }

    private sealed record Answer(long Generation, DateTimeOffset At, string? Refusal);

    private sealed class CheckedAction(IStepAction action, ChangedTopology topology) : IStepAction
    {
        public bool MayPrepareEarly => action.MayPrepareEarly;

        public async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
        {
            if (topology.IsEmpty)
            {
                return await ObserveKnownAsync(context, cancellationToken);
            }

            if (await topology.FindRefusalAsync(cancellationToken) is { } refusal)
            {
                return new Observation.Unknown(refusal);
            }

            if (InstanceOf(context) is not { } instance || !topology.IsSkipped(instance))
            {
                return await ObserveKnownAsync(context, cancellationToken);
            }

            topology.Report(context.Step.Id, instance);
            return new Observation.Done(
                $"Skipped: the database no longer knows {instance} (spec.removedInstances).",
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [GenerationFact] = $"{topology.Generation}",
                });
        }

        public Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
            action.PrepareAsync(context, cancellationToken);

        public async Task ActAsync(StepContext context, CancellationToken cancellationToken)
        {
            // The spec may have changed since the observation.
            if (!topology.IsEmpty && await topology.FindRefusalAsync(cancellationToken) is { } refusal)
            {
                throw new StepActionException(Reasons.InvalidSpec, refusal) { NotTaken = true };
            }

            await action.ActAsync(context, cancellationToken);
        }

        public bool MayBeAccepted(Observation.Failed failure) => action.MayBeAccepted(failure);

        public Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
            action.WaitAsync(context, cancellationToken);

        private string? InstanceOf(StepContext context) =>
            action is IInstanceStep own ? own.InstanceOf(context.Plan, context.Step) : context.Step.Node;

        // The host of an instance may never come back.
        private async Task<Observation> ObserveKnownAsync(StepContext context, CancellationToken cancellationToken)
        {
            try
            {
                return await action.ObserveAsync(context, cancellationToken);
            }
            catch (HostException exception) when (
                exception.Reason == Reasons.HostUnreachable
                && InstanceOf(context) is not null)
            {
                throw new HostException(
                    exception.Host, exception.Reason,
                    $"{exception.Message} {LostInstance.Advice(InstanceOf(context)!)}",
                    exception.IsRetryable, exception.MayHaveRun, exception);
            }
        }
    }
}

/// <summary>How instances that joined the database are started and stopped: as their component, or as preflight finds
/// it for every instance that the spec does not describe: on their hosts. Found once a process.</summary>
/// <param name="isSearched">Whether preflight found what the spec leaves out.</param>
/// <param name="onFound">Is told when more is known.</param>
internal sealed class AddedInstances(
    Func<bool> isSearched, Func<string, CancellationToken, Task<IReadOnlyList<HostProcess>>> look, Action onFound)
{
    private readonly ConcurrentDictionary<AddedInstance, InstanceControl?> _found = new();

    public DatabaseInstance Of(DatabaseRollingUpgradeSpec spec, AddedInstance added)
    {
        // Where the spec gives each instance its own control, the new one has that of the first.
        var own = isSearched()
            ? _found.GetValueOrDefault(added)
            : spec.Instances.Find(i => i.Component == added.Component)?.Control;
        return new DatabaseInstance
        {
            Name = added.Name,
            Component = added.Component,
            Host = added.Host,
            Port = added.Port,
            StatusPort = added.StatusPort,
            DeployDir = added.DeployDir,
            Control = spec.ControlOf(added.Component) is null ? own : null,
        };
    }

    /// <summary>Looks for it on its host, unless it is known; returns why it is not certain.</summary>
    public async Task<string?> FindAsync(
        DatabaseRollingUpgradeSpec spec, AddedInstance added, IEngineTargets engine,
        CancellationToken cancellationToken)
    {
        var instance = Of(spec, added);
        if (!isSearched() || spec.ControlOf(instance) is not null)
        {
            return null;
        }

        var findings = new Findings(static text => text, ClientFailures.Finding);
        var search = new TopologySearch(
            spec with { DiscoverFrom = null, Instances = [instance] }, engine, look, static _ => { }, findings);
        if (await search.RunAsync(cancellationToken) is not { Instances: [var found] })
        {
            return string.Join(' ', findings.Sorted().Select(f => f.Message));
        }

        _found[added] = found.Control?.AsSetting();
        onFound();
        return null;
    }
}

/// <summary>What to do about an instance that does not come back, for messages that wait for it. Pure.</summary>
internal static class LostInstance
{
    public static string Advice(string instance) =>
        $"If its host is lost, remove {instance} from the database and add it to spec.removedInstances.";
}

/// <summary>What the plans say of the instances of spec.removedInstances. Pure.</summary>
internal static class SkippedInstances
{
    /// <summary>One entry for each, in the order of the spec.</summary>
    public static List<SkippedInstanceStatus> Of(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status, StepRegistry steps)
    {
        if (spec.RemovedInstances.Count == 0)
        {
            return [];
        }

        var ended = new[] { status.Plan, status.RollbackPlan }.OfType<PlanProgress>()
            .SelectMany(plan => plan.Steps.Select(step => (Step: step, Instance: steps.InstanceOf(plan, step))))
            .Where(s => s.Instance is not null && s.Step.Recorded(ChangedTopology.GenerationFact) is not null)
            .ToLookup(s => s.Instance!, s => s.Step, StringComparer.Ordinal);
        return
        [
            .. spec.RemovedInstances.Select(name => ended[name].MinBy(s => s.FinishedAt) is { } first
                ? new SkippedInstanceStatus
                {
                    Name = name,
                    Since = first.FinishedAt,
                    Generation = long.Parse(
                        first.Recorded(ChangedTopology.GenerationFact)!, CultureInfo.InvariantCulture),
                }
                : new SkippedInstanceStatus { Name = name }),
        ];
    }

    /// <summary>An entry for each that was left out: its host may come back with the program, the unit and the data of
    /// before.</summary>
    /// <param name="spec">The spec with all its instances.</param>
    public static IEnumerable<ActionItem> Actions(
        DatabaseRollingUpgradeSpec spec, IEnumerable<SkippedInstanceStatus> skipped, bool isRollback)
    {
        var (what, left) = isRollback ? ("rollback", spec.ToVersion) : ("upgrade", spec.FromVersion);
        foreach (var name in skipped.Where(s => s.Since is not null).Select(s => s.Name))
        {
            var instance = spec.Instances.Find(i => i.Name == name);
            var host = instance is null ? "its host" : instance.Host;
            yield return ActionItems.Of(
                Reasons.InstanceSkipped, name,
                $"{name} was skipped before its {what} was complete (spec.removedInstances). If {host} comes back, do "
                    + $"not start its {left}: {Danger(instance?.Component)}. Remove its unit"
                + $"{(instance?.Component == DatabaseComponent.TiDB ? "" : " and its data")} there.");
        }
    }

    private static string Danger(DatabaseComponent? component) => component switch
    {
        DatabaseComponent.TiDB => "it would serve SQL beside servers of another version",
        DatabaseComponent.Pump or DatabaseComponent.Drainer => "it would register again with old binlog data",
        DatabaseComponent.PD => "it is no member of PD any more, and its supervisor would restart it continuously",
        DatabaseComponent.TiKV => "PD no longer knows its store, and its supervisor would restart it continuously",
        _ => "the universe no longer knows it, and its data are out of date",
    };
}
