using Drydock.Tests.Unit.Crds;

namespace Drydock.Tests.Unit.Oms;

/// <summary>The shipped samples are short, and are planned on an installation as they expect it.</summary>
public sealed class ShortSampleTests
{
    private const int MostLines = 20;
    private const string Reference = "omsupgrade-ee-all-fields.yaml";

    public static TheoryData<string> Samples =>
    [
        .. Directory.EnumerateFiles(Repository.PathOf("config", "samples"), "omsupgrade-*.yaml")
            .Select(path => Path.GetFileName(path))
            .Where(name => name != Reference)
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Sample_is_short_and_planned(string name)
    {
        var path = Repository.PathOf("config", "samples", name);
        File.ReadAllLines(path).Length.ShouldBeLessThanOrEqualTo(MostLines);
        var spec = YamlToJson.ReadAll(path).Single()["spec"]!.Deserialize(CrdsJsonContext.Default.OmsUpgradeSpec)!;
        var community = spec.Edition == OmsEdition.Community;
        var world = new OmsWorld(new WorldSetup
        {
            Community = community,
            Regions = name.Contains("regions", StringComparison.Ordinal) ? 2 : 1,
            FromVersion = community ? "3.3.0" : "3.2.2",
            ToVersion = community ? "3.3.1" : "4.2.2",
            HaConfig = community ? null : WorldSetup.PartialHa,
            NeedsJar = !community,
            ImagePresent = true,
        }).WithRegions();

        // How hosts and storages are reached is another thing in the world.
        world.Apply(own => spec with
        {
            Approval = ApprovalPolicy.Manual,
            Image = own.Image,
            ImageArchive = null,
            ImagePullSecretRef = null,
            MetadataDatabase = null,
            Docker = ShortSpecs.Short(own).Docker,
            Preflight = spec.Preflight with { ApiCredentialsSecretRef = null },
            Window = null,
        }).Planned();

        world.Status.Findings.ShouldBeEmpty();
        world.Status.Inventory!.Regions.Sum(region => region.Nodes.Count).ShouldBe(world.Hosts.Count);
        world.Plan.Steps.ShouldNotBeEmpty();
    }
}
