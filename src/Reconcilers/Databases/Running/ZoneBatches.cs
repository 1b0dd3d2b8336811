namespace Drydock.Reconcilers.Databases;

/// <summary>Which instances are stopped side by side: those of one zone, a limited number of them. Zones count only if
/// there is one for each replica of the data: the database then keeps the replicas in different zones. That is not
/// proven here; the gates prove it before each stop. Pure.</summary>
internal sealed class ZoneBatches
{
    // Fewer replicas have no quorum without one of them.
    private const long FewestReplicas = 3;

    private ZoneBatches(IReadOnlyList<IReadOnlyList<DatabaseInstance>> batches, string members) =>
        (Batches, Members) = (batches, members);

    public IReadOnlyList<IReadOnlyList<DatabaseInstance>> Batches { get; }

    /// <summary>The zones with their instances: "a: tikv-1, tikv-2; b: tikv-3".</summary>
    public string Members { get; }

    /// <summary>How many zones there must be for a number of replicas.</summary>
    public static long Fewest(long replicas) => Math.Max(replicas, FewestReplicas);

    public static bool Suits(IReadOnlyCollection<string?> zones, long replicas) =>
        zones.All(z => z is not null) && zones.Distinct(StringComparer.Ordinal).Count() >= Fewest(replicas);

    public static IReadOnlyList<IReadOnlyList<DatabaseInstance>> OneByOne(IEnumerable<DatabaseInstance> instances) =>
        [.. instances.Chunk(1)];

    public static ZoneBatches Of(
        IEnumerable<DatabaseInstance> instances, Func<DatabaseInstance, string> zoneOf, int most)
    {
        var zones = instances.GroupBy(zoneOf, StringComparer.Ordinal).ToList();
        return new ZoneBatches(
            [.. zones.SelectMany(z => z.Chunk(most))],
            string.Join("; ", zones.Select(z => $"{z.Key}: {string.Join(", ", z.Select(i => i.Name))}")));
    }
}
