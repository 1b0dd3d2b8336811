using Drydock.Clients.Kubernetes.Events;

namespace Drydock.Reconcilers.Databases;

/// <summary>Instances that left the database for good, or joined it, while an upgrade runs (spec.skip, spec.added).
/// Nothing is done until the database itself confirms every entry, because the gates no longer count a skipped
/// instance.</summary>
/// <param name="stored">The upgrade as stored.</param>
/// <param name="engine">The clients of its engine.</param>
/// <param name="events">Where a skipped instance is reported.</param>
/// <param name="time">The clock.</param>
internal sealed class ChangedTopology(
    Func<DatabaseRollingUpgrade> stored, IEngineTargets engine, IEventRecorder events, TimeProvider time)
{
    public const string GenerationFact = "skippedInGeneration";

    // Every observation of every step asks.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private volatile Answer? _last;

    public bool IsEmpty => IsUnchanged(stored().Spec);

    public long Generation => stored().Metadata.Generation ?? 0;

    public static DatabaseRollingUpgrade Current(DatabaseRollingUpgrade upgrade)
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
                        .. spec.Instances.Where(i => !spec.Skip.Contains(i.Name, StringComparer.Ordinal)),
                        .. spec.Added.Select(added => Instance(spec, added)),
                    ],
                },
            };
    }

    public static IEnumerable<Finding> Refusals(DatabaseRollingUpgradeSpec spec)
    {
        if (spec.Skip.Count > 0)
        {
            yield return Refusal(
                "spec.skip is for an upgrade that runs, and no plan is stored. Remove the instances from "
                    + "spec.instances instead, and empty spec.skip.",
                "spec.skip");
        }

        if (spec.Added.Count > 0)
        {
            yield return Refusal(
                "spec.added is for an upgrade that runs, and no plan is stored. List the instances in spec.instances "
                    + "instead, and empty spec.added.",
                "spec.added");
        }
    }

    public bool IsSkipped(string instance) => stored().Spec.Skip.Contains(instance, StringComparer.Ordinal);

    public async Task<string?> FindRefusalAsync(CancellationToken cancellationToken)
    {
        var spec = stored().Spec;
        var (now, generation) = (time.GetUtcNow(), Generation);
        if (_last is { } last && last.Generation == generation && now - last.At < Fresh && now >= last.At)
        {
            return last.Refusal;
        }

        var refusals = new List<string>();
        foreach (var name in spec.Skip)
        {
            refusals.AddRange(await FindAsync(
                $"spec.skip[{name}]",
                spec.Instances.Find(i => i.Name == name) is { } instance
                    ? () => engine.FindMembershipAsync(instance, cancellationToken)
                    : () => Task.FromResult<string?>("spec.instances has no such instance.")));
        }

        foreach (var instance in spec.Added)
        {
            refusals.AddRange(await FindAsync(
                $"spec.added[{instance.Name}]",
                spec.Instances.Exists(i => i.Name == instance.Name)
                    ? () => Task.FromResult<string?>("spec.instances has an instance of this name.")
                    : () => engine.FindUnfitAsync(Instance(spec, instance), cancellationToken)));
        }

        var refusal = refusals.Count > 0 ? string.Join(" ", refusals) : null;
        _last = new Answer(generation, now, refusal);
        return refusal;
    }

    public void Report(string step, string instance) => events.Normal(
        stored(),
        Reasons.InstanceSkipped,
        $"{step} counts as done: the database no longer knows {instance}, which spec.skip names.");

    // Controlled as its component is; where each instance has its own control, as the first of them.
    private static DatabaseInstance Instance(DatabaseRollingUpgradeSpec spec, AddedInstance added) => new()
    {
        Name = added.Name,
        Component = added.Component,
        Host = added.Host,
        Port = added.Port,
        StatusPort = added.StatusPort,
        DeployDir = added.DeployDir,
        Control = spec.ControlOf(added.Component) is not null
            ? null
            : spec.Instances.Find(i => i.Component == added.Component)?.Control,
    };

    private static Finding Refusal(string message, string field) =>
        new() { Reason = Reasons.InvalidSpec, Message = message, Field = field };

    private static bool IsUnchanged(DatabaseRollingUpgradeSpec spec) => spec.Skip.Count == 0 && spec.Added.Count == 0;

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
}
