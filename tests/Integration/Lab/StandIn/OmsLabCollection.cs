namespace Drydock.Tests.Integration.Lab.StandIn;

/// <summary>Tests of the stand-in share hosts and run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class OmsLabCollection : ICollectionFixture<OmsLab>
{
    /// <summary>Its name.</summary>
    public const string Name = "OMS stand-in";
}
