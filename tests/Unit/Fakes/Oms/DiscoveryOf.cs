using System.Globalization;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>What preflight would find on an installation that is just as a spec says.</summary>
internal static class DiscoveryOf
{
    /// <summary>The way between the versions of a spec.</summary>
    public static UpgradePath Path(OmsUpgradeSpec spec) => new UpgradePaths(OmsVersionData.Shipped).Check(
        spec.Edition,
        OmsVersion.Parse(spec.FromVersion),
        OmsVersion.Parse(spec.ToVersion),
        spec.AllowUnsupportedPath);

    /// <summary>The spec with what preflight finds: of what it does not say, one region with the node of its address.</summary>
    public static OmsUpgradeSpec Complete(OmsUpgradeSpec spec)
    {
        var regions = spec.Regions.ConvertAll(region => new InventoryRegion
        {
            Name = region.Name,
            Nodes = region.Nodes.ConvertAll(node => Found(node.Name, node.HostIP)),
        });
        return SpecCompletion.Complete(spec, new OmsInventory
        {
            Regions = regions.Count > 0 ? regions : [new InventoryRegion { Name = "default", Nodes = [Found("found", spec.HostIP!)] }],
            HighAvailabilityMethod = HighAvailabilityMethod.Sql,
        });
    }

    /// <summary>An installation that fits.</summary>
    public static OmsDiscovery Of(OmsUpgradeSpec spec, UpgradePath.Allowed path) => new()
    {
        Path = path,
        Nodes = [.. spec.Regions.SelectMany(region => region.Nodes.Select(node => Node(spec, region, node)))],
        Regions =
        [
            .. spec.Regions.Select((region, index) => new DiscoveredRegion
            {
                Name = region.Name,
                Location = index,
                HeartbeatDatabase = spec.Regions.Count == 1 ? "cm_hb" : string.Create(CultureInfo.InvariantCulture, $"cm_hb_{index}"),
                Nodes = [.. region.Nodes.Select(node => node.Name)],
                DifferentKeys = index % 2 == 0 ? [] : ["cm_nodes"],
            }),
        ],
        Metadata = new DiscoveredMetadata
        {
            ServerIdentity = "server-uuid",
            Server = "MySQL 8.0.36",
            RmDatabase = "oms_rm",
            CmDatabase = "oms_cm",
            HeartbeatDatabases = spec.Regions.Count == 1 ? ["cm_hb"] : [.. spec.Regions.Select((_, index) => string.Create(CultureInfo.InvariantCulture, $"cm_hb_{index}"))],
        },
        HighAvailability = new DiscoveredHighAvailability(Present: true, Enabled: true, """{"enable":true}"""),
        Projects = [],
    };

    private static InventoryNode Found(string name, string address) =>
        new() { Name = name, HostIP = address, CurrentContainer = "oms_old", NewContainer = "oms_new" };

    private static DiscoveredNode Node(OmsUpgradeSpec spec, Drydock.Crds.OmsUpgrades.OmsRegion region, OmsNode node)
    {
        var archive = node.ImageArchive ?? spec.ImageArchive;
        return new DiscoveredNode
        {
            Name = node.Name,
            Region = region.Name,
            HostIP = node.HostIP,
            OldContainerId = new string('a', 64),
            OldContainer = node.CurrentContainer ?? spec.CurrentContainer!,
            OldImage = "registry.example/oms:old",
            OldImageId = "sha256:" + new string('b', 64),
            NewContainer = node.NewContainer ?? spec.NewContainer!,
            Image = node.Image ?? spec.Image,
            ImageId = "sha256:" + new string('c', 64),
            ArchivePath = archive?.HostPath ?? archive?.Path,
            ArchiveIsOnHost = archive?.HostPath is not null,
            ArchiveStorage = archive?.Storage is { } storage ? StorageText.Of(storage) : null,
            ArchiveSha256 = archive?.Sha256,
            Inherited = new string('d', 64),
            ContainerNote = "Its options are kept.",
            RestartPolicy = "always",
            ConsolePort = 8089,
            Https = spec.Https is not null,
            Baseline = new NodeBaseline { Running = OmsPrograms.All, ConsoleAnswers = true },
        };
    }
}
