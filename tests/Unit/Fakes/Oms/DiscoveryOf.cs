using Drydock.Clients.MySql;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>What preflight would find on an installation that is just as a spec says.</summary>
internal static class DiscoveryOf
{
    /// <summary>The way between the versions of a spec.</summary>
    public static UpgradePath Path(OmsUpgradeSpec spec) => UpgradePaths.Check(
        spec.Edition ?? OmsEdition.Enterprise,
        OmsVersion.Parse(spec.FromVersion),
        OmsVersion.Parse(spec.ToVersion));

    /// <summary>The spec with what preflight finds: of what it does not say, one region with the node of its
    /// address.</summary>
    public static OmsUpgradeSpec Complete(OmsUpgradeSpec spec)
    {
        var regions = spec.Regions.ConvertAll(region => new InventoryRegion
        {
            Name = region.Name,
            Nodes = region.Nodes.ConvertAll(node => Found(node.Name, node.HostIP)),
        });
        return OmsSpecCompletion.Complete(spec, new OmsInventory
        {
            Regions = regions.Count > 0
                ? regions
                : [new InventoryRegion { Name = "default", Nodes = [Found("found", spec.DiscoverFrom!)] }],
            HighAvailabilityMethod = HighAvailabilityMethod.Sql,
        });
    }

    /// <summary>An installation that fits.</summary>
    public static OmsDiscovery Of(OmsUpgradeSpec spec, UpgradePath.Allowed path) => new()
    {
        Path = path,
        Nodes = [.. spec.Regions.SelectMany(region => region.Nodes.Select(node => Node(spec, node)))],
        Topology = new OmsTopology
        {
            Account = "",
            RmDatabase = "oms_rm",
            CmDatabase = "oms_cm",
            Regions =
            [
                .. spec.Regions.Select((region, index) => new OmsTopologyRegion
                {
                    Name = region.Name,
                    CmRegion = region.Name,
                    CmLocation = index,
                    HeartbeatDatabase = spec.Regions.Count == 1
                        ? "cm_hb"
                        : string.Create(CultureInfo.InvariantCulture, $"cm_hb_{index}"),
                    IsDefault = index == 0,
                    Nodes = [.. region.Nodes.Select(node => new OmsTopologyNode(node.Name, node.HostIP))],
                    DifferentKeys = index % 2 == 0 ? [] : ["cm_nodes"],
                }),
            ],
        },
        Server = new ServerFacts
        {
            Kind = MySqlServerKind.MySql,
            Version = "8.0.36",
            Identity = "server-uuid",
            Host = "metadb",
            Address = "metadb:3306",
            Account = "drc@%",
            Grants = new GrantList(["GRANT ALL PRIVILEGES ON *.* TO `drc`@`%`"]),
            NamedLocks = true,
        },
        HighAvailability = new HaConfigRow(Present: true, """{"enable":true}"""),
        Projects = [],
    };

    private static InventoryNode Found(string name, string address) =>
        new() { Name = name, HostIP = address, CurrentContainer = "oms_old", NewContainer = "oms_new" };

    private static DiscoveredNode Node(OmsUpgradeSpec spec, OmsNode node)
    {
        var archive = node.ImageArchive ?? spec.ImageArchive;
        return new DiscoveredNode
        {
            Name = node.Name,
            HostIP = node.HostIP,
            OldContainerId = new string('a', 64),
            OldContainer = node.CurrentContainer ?? spec.CurrentContainer!,
            OldImage = "registry.example/oms:old",
            OldImageId = "sha256:" + new string('b', 64),
            NewContainer = node.NewContainer ?? spec.NewContainer!,
            Image = node.Image ?? spec.Image,
            Source = new FoundImage("sha256:" + new string('c', 64), Present: false)
            {
                Archive = archive is null
                    ? null
                    : FoundArchive.Of(archive, new ArchiveContents(archive.Sha256 ?? new string('e', 64), 1, [])),
            },
            Inherited = new string('d', 64),
            ContainerNote = "Its options are kept.",
            RestartPolicy = "always",
            ConsolePort = 8089,
            Https = spec.Https is not null,
            Baseline = new NodeBaseline { Running = OmsPrograms.All, ConsoleAnswers = true },
        };
    }
}
