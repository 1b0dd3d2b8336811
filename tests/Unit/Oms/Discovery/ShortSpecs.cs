namespace Drydock.Tests.Unit.Oms;

/// <summary>Specs that name one node and how nodes are reached, and nothing else that can be found.</summary>
internal static class ShortSpecs
{
    /// <summary>From oms_322 of 3.2.2-bp2 to 4.2.2-bp1.</summary>
    public const string NewName = "oms_422bp1";

    public static OmsUpgradeSpec Short(OmsUpgradeSpec spec) => spec with
    {
        DiscoverFrom = spec.Regions[0].Nodes[0].HostIP,
        Docker = new DockerAccess
        {
            Endpoint = "tcp://{hostIP}:2376",
            TlsSecretRef = new SecretReference { Name = "docker-tls" }
        },
        Regions = [],
        CurrentContainer = null,
        NewContainer = null,
        HighAvailability = new HighAvailabilitySpec(),
    };

    /// <summary>The row of cluster_info for each region of the world.</summary>
    public static OmsWorld WithRegions(this OmsWorld world)
    {
        world.Metadata.ClusterInfo.AddRange(
            Enumerable.Range(0, world.Setup.Regions).Select(region => new ClusterInfoRow(
                OmsWorld.RegionName(region), $"{(world.Setup.Regions == 1 ? 0 : region + 1)}", region == 0)));
        return world;
    }

    /// <summary>Another container with the configuration of OMS.</summary>
    public static WorldContainer Beside(this WorldHost host, OmsWorld world, string name, params string[] binds)
    {
        var old = host.Find(OmsWorld.OldName)!;
        var container = new WorldContainer(
            world, host, name, old.Image, old.Config with { Env = [] }, new HostConfig { Binds = binds });
        host.Containers.Add(container);
        return container;
    }

    public static OmsWorld Planned(this OmsWorld world)
    {
        world.RunUntil(() => world.Status.Plan is not null || world.Is("Stalled"), "planned or refused");
        return world;
    }
}
