using System.Diagnostics.CodeAnalysis;

namespace Drydock.Tests.Integration.Crds;

/// <summary>Tests that share the two servers.</summary>
[CollectionDefinition(Name)]
[SuppressMessage("Naming", "CA1711", Justification = "xunit's word.")]
public sealed class CrdServersCollection : ICollectionFixture<CrdServers>
{
    public const string Name = "CRD servers";
}
