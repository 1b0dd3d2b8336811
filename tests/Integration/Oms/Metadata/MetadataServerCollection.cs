namespace Drydock.Tests.Integration.Oms.Metadata;

/// <summary>
/// The tests that share one metadata server; one after the other, because some change server-wide settings.
/// </summary>
[CollectionDefinition(Name)]
public sealed class MetadataServerCollection : ICollectionFixture<MetadataServer>
{
    internal const string Name = "OMS metadata server";
}
