using Xunit.Sdk;
using Xunit.v3;

namespace Drydock.Tests.EndToEnd.Support;

/// <summary>Begins with the lanes that take longest, so that none of them runs alone at the end.</summary>
public sealed class LongLanesFirst : ITestCollectionOrderer
{
    private static readonly List<string> Order = [Lanes.Databases, Lanes.TiDb, Lanes.Accidents, Lanes.Operator, Lanes.Upgrades, Lanes.GitOps];

    /// <inheritdoc />
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(lane => Order.IndexOf(lane.TestCollectionDisplayName)).ThenBy(lane => lane.TestCollectionDisplayName, StringComparer.Ordinal)];
}
