namespace Drydock.Reconcilers.Databases;

/// <summary>Which instances are stopped side by side: those of one zone, a limited number of them. Zones count only if
/// there is one for each replica of the data: the database then keeps the replicas in different zones. That is not
/// proven here; the gates prove it before each stop. Pure.</summary>
/// <param name="Batches">The batches in their order; without zones, each instance alone.</param>
/// <param name="Note">What the plan says of it; null if nothing.</param>
internal sealed record ZoneBatches(IReadOnlyList<IReadOnlyList<DatabaseInstance>> Batches, string? Note)
{
    // Fewer replicas have no quorum without one of them.
    private const long FewestReplicas = 3;

    /// <summary>How many zones there must be for a number of replicas.</summary>
    public static long Fewest(long replicas) => Math.Max(replicas, FewestReplicas);

    public static bool Suits(IReadOnlyCollection<string?> zones, long replicas) =>
        zones.All(z => z is not null) && zones.Distinct(StringComparer.Ordinal).Count() >= Fewest(replicas);

    public static IReadOnlyList<IReadOnlyList<DatabaseInstance>> OneByOne(IEnumerable<DatabaseInstance> instances) =>
        [.. instances.Chunk(1)];

    /// <param name="most">How many of a zone may be stopped side by side.</param>
    /// <param name="obstacle">Why they are stopped one by one although the spec asks for more; null if they are
    /// not.</param>
    /// <param name="note">What the plan says, from the zones with their instances: "a: tikv-1, tikv-2; b:
    /// tikv-3".</param>
    public static ZoneBatches Of(
        IReadOnlyCollection<DatabaseInstance> instances, int most, string? obstacle,
        Func<DatabaseInstance, string?> zoneOf, Func<string, string> note)
    {
        if (most == 1 || instances.Count == 0 || obstacle is not null)
        {
            return new ZoneBatches(OneByOne(instances), most == 1 || instances.Count == 0 ? null : obstacle);
        }

        var zones = instances.GroupBy(i => zoneOf(i)!, StringComparer.Ordinal).ToList();
        return new ZoneBatches(
            [.. zones.SelectMany(z => z.Chunk(most))],
            note(string.Join("; ", zones.Select(z => $"{z.Key}: {string.Join(", ", z.Select(i => i.Name))}"))));
    }
}

/// <summary>The instances that a plan stops side by side. A gate judges all of them at once: each of them may be down,
/// or about to be, while another one is stopped. Pure.</summary>
internal static class StoppedTogether
{
    /// <summary>The other instances of the batch: those whose drains wait for the same steps.</summary>
    /// <param name="drain">The drain of the instance; null for none.</param>
    public static IReadOnlyList<string> Others(PlanProgress plan, Step? drain) => drain is null
        ? []
        :
        [
            .. plan.Steps
                .Where(s => s.Action == drain.Action
                    && s.Phase == drain.Phase
                    && s.Id != drain.Id
                    && s.After.Count == drain.After.Count
                    && s.After.TrueForAll(drain.After.Contains))
                .Select(s => s.Node)
                .OfType<string>(),
        ];
}

/// <summary>Before which steps of a rolling upgrade the maintenance window is asked: before each instance, and before a
/// point of no return that belongs to no instance. Pure.</summary>
internal static class WindowUnits
{
    public static Plan Declare(Plan plan, Func<PlannedStep, bool> beginsInstance)
    {
        var steps = plan.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        return plan with
        {
            Steps =
            [
                .. plan.Steps.Select(
                    s => s with { AsksWindow = beginsInstance(s) || (s.PointOfNoReturn && !IsInsideInstance(s)) }),
            ],
        };

        // Between its drain and its verification an instance has no leaders or does not run.
        bool IsInsideInstance(PlannedStep step) => step.Node is not null
            && step.After.Exists(
                id => steps[id] is { } before && before.Phase == step.Phase && before.Node == step.Node);
    }
}
