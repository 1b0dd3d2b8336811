using Xunit.Sdk;
using Xunit.v3;

namespace Drydock.Tests.EndToEnd.Support;

/// <summary>Begins with the lanes that take longest, so that none of them runs alone at the end.</summary>
public sealed class LongLanesFirst : ITestCollectionOrderer
{
    private static readonly List<string> Order =
        [Lanes.Upgrades, Lanes.Databases, Lanes.Operator, Lanes.TiDb, Lanes.Accidents];

    /// <inheritdoc />
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(lane => Order.IndexOf(lane.TestCollectionDisplayName))
            .ThenBy(lane => lane.TestCollectionDisplayName, StringComparer.Ordinal)];
}
