using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>One life's way to the metadata database.</summary>
internal sealed class WorldMetadataFactory(OmsWorld world, OperatorLife life) : IOmsMetadataFactory
{
    public IOmsMetadata Open(MetadataTarget target) => new WorldMetadata(world, life, target);
}
