namespace Drydock.Lab.Upgrades;

/// <summary>
/// One road of the upgrade guides: edition, versions, regions, source of the image, protocol of the console. A stage
/// seeds OMS and writes the manifest by it.
/// </summary>
public sealed record UpgradeRoad
{
    private static readonly string[] RegionNames = ["cn-hangzhou", "cn-heilongjiang", "cn-shenzhen", "cn-beijing"];

    /// <summary>A short name, for ledgers and test names.</summary>
    public required string Id { get; init; }

    /// <summary>The image of the running version, as a name for <see cref="OmsImages.Of"/>.</summary>
    public string From { get; init; } = "3.2.2";

    /// <summary>The image of the upgrade.</summary>
    public string To { get; init; } = "4.2.2";

    /// <summary>Number of nodes of each region; null for one region with all hosts of the stage.</summary>
    public IReadOnlyList<int>? RegionSizes { get; init; }

    /// <summary>
    /// Whether each node's config.yaml lists only that node in cm_nodes. docker_init.sh is then due on every node.
    /// </summary>
    public bool CmNodesDiffer { get; init; }

    /// <summary>
    /// The source of the new image. For archives and the registry the image must be absent on the hosts.
    /// </summary>
    public ImageSource ImageSource { get; init; }

    /// <summary>Whether the old console serves HTTPS.</summary>
    public bool Https { get; init; }

    /// <summary>Whether the manifest asks for HTTPS (spec.https).</summary>
    public bool HttpsInSpec { get; init; }

    /// <summary>Custom ports.</summary>
    public OmsPorts? Ports { get; init; }

    /// <summary>Whether snapshots go to S3 storage instead of a directory.</summary>
    public bool SnapshotsInS3 { get; init; }

    /// <summary>Whether the manifest names credentials of the console's API.</summary>
    public bool ApiCredentials { get; init; }

    /// <summary>The ha.config row; null for none.</summary>
    public string? HaConfig { get; init; } = OmsHaConfigs.Enabled;

    /// <summary>Other changes of the scenario.</summary>
    public Func<OmsScenarioOptions, OmsScenarioOptions> Scenario { get; init; } = static options => options;

    /// <summary>Enterprise 3.2.2 to 4.2.2, one region: the main job.</summary>
    public static UpgradeRoad Enterprise { get; } = new() { Id = "ee-322-422" };

    /// <summary>The main job with its snapshots in S3.</summary>
    public static UpgradeRoad EnterpriseS3 { get; } = new() { Id = "ee-322-422-s3", SnapshotsInS3 = true };

    /// <summary>Two regions with two nodes each.</summary>
    public static UpgradeRoad EnterpriseTwoRegions { get; } = new() { Id = "ee-322-422-2x2", RegionSizes = [2, 2] };

    /// <summary>One region whose two nodes have different cm_nodes.</summary>
    public static UpgradeRoad EnterpriseSplitNodes { get; } =
        new() { Id = "ee-322-422-split", RegionSizes = [2], CmNodesDiffer = true };

    /// <summary>Enterprise 4.0.1 to 4.2.2: no JAR.</summary>
    public static UpgradeRoad Enterprise401 { get; } = new() { Id = "ee-401-422", From = "4.0.1", RegionSizes = [2] };

    /// <summary>
    /// Enterprise 4.1.1 to 4.2.2: no JAR, and the first source whose console lists projects through its API.
    /// </summary>
    public static UpgradeRoad Enterprise411 { get; } = new() { Id = "ee-411-422", From = "4.1.1", RegionSizes = [2] };

    /// <summary>Community 3.3.0 to 3.3.1, one node.</summary>
    public static UpgradeRoad CommunitySingle { get; } =
        new() { Id = "ce-330-331-single", From = "3.3.0_ce", To = "3.3.1_ce", RegionSizes = [1], HaConfig = null };

    /// <summary>Community 3.3.0 to 3.3.1, two nodes.</summary>
    public static UpgradeRoad CommunityMulti { get; } =
        new() { Id = "ce-330-331-multi", From = "3.3.0_ce", To = "3.3.1_ce", RegionSizes = [2], HaConfig = null };

    /// <summary>Community 3.3.1 to 4.1.0, over the fusion of 4.0.1, which CE's docker_init.sh makes itself.</summary>
    public static UpgradeRoad Community410 { get; } =
        new() { Id = "ce-331-410", From = "3.3.1_ce", To = "4.1.0_ce", RegionSizes = [1] };

    /// <summary>Community 4.2.0 to 4.2.1, two nodes.</summary>
    public static UpgradeRoad Community421 { get; } =
        new() { Id = "ce-420-421", From = "4.2.0_ce", To = "4.2.1_ce", RegionSizes = [2] };

    public static IReadOnlyList<UpgradeRoad> All { get; } =
        [
            Enterprise, EnterpriseTwoRegions, EnterpriseSplitNodes, Enterprise401, Enterprise411, CommunitySingle,
            CommunityMulti, Community410, Community421
        ];

    /// <summary>Whether it is the Community Edition.</summary>
    public bool IsCommunity => From.EndsWith("_ce", StringComparison.Ordinal);

    /// <summary>Name of the old container.</summary>
    public string OldContainer => From == "3.2.2" ? "oms_322bp2" : "oms_" + Digits(From);

    /// <summary>Name of the new container.</summary>
    public string NewContainer => To == "4.2.2" ? "oms_422bp1" : "oms_" + Digits(To);

    /// <summary>Number of hosts of the road; the given number if the road does not define it.</summary>
    public int Nodes(int otherwise) => RegionSizes?.Sum() ?? otherwise;

    /// <inheritdoc />
    public override string ToString() => Id;

    /// <summary>
    /// The scenario of this road on some hosts: its regions in order, with databases named after the old version.
    /// </summary>
    /// <param name="hosts">At least as many as the road has nodes.</param>
    /// <param name="root">Parent folder of each host's mounts.</param>
    /// <param name="change">A last change of the options.</param>
    public OmsScenario Build(
        IReadOnlyList<IOmsHost> hosts,
        IOmsMetaDb metaDb,
        string root,
        OmsImages images,
        Func<OmsScenarioOptions, OmsScenarioOptions> change)
    {
        var suffix = From == "3.2.2" ? "340" : Digits(From);
        var regions = new List<OmsRegion>();
        var sizes = RegionSizes ?? [hosts.Count];
        for (var (i, next) = (0, 0); i < sizes.Count; next += sizes[i++])
        {
            var heartbeat = sizes.Count == 1
                ? $"cm_hb_{suffix}"
                : string.Create(CultureInfo.InvariantCulture, $"cm_hb_{suffix}_{i + 1}");
            regions.Add(new OmsRegion(RegionNames[i], i + 1, heartbeat, [.. hosts.Skip(next).Take(sizes[i])]));
        }

        var options = new OmsScenarioOptions
        {
            Root = root,
            Images = images,
            Regions = regions,
            From = From,
            To = To,
            RmDatabase = "rm_" + suffix,
            CmDatabase = "cm_" + suffix,
            OldContainer = OldContainer,
            NewImagePresent = ImageSource == ImageSource.Present,
            HaConfig = HaConfig,
            Https = Https,
            Ports = Ports,
            CmNodes = CmNodesDiffer ? static (_, host) => [host.Address] : null,
        };
        return new OmsScenario(hosts, metaDb, change(Scenario(options)));
    }

    private static string Digits(string version) => string.Concat(version.Where(char.IsAsciiDigit));
}
