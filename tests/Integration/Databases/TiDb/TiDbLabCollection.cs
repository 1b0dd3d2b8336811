namespace Drydock.Tests.Integration.Databases.TiDb;

/// <summary>Tests that share a cluster.</summary>
[CollectionDefinition(Name)]
public sealed class TiDbLabCollection : ICollectionFixture<TiDbLab>
{
    /// <summary>Its name.</summary>
    public const string Name = "TiDB stand-in";
}
