using Drydock.Tests.Unit.Crds;

namespace Drydock.Tests.Unit.Oms;

/// <summary>The shipped samples are short, and are planned on an installation as they expect it.</summary>
public sealed class ShortSampleTests
{
    private const int MostLines = 20;
    private const int MostRows = 330;
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
        File.ReadAllLines(PathOf(name)).Length.ShouldBeLessThanOrEqualTo(MostLines);
        var world = Planned(name);

        world.Status.Findings.ShouldBeEmpty();
        world.Status.Inventory!.Edition.ShouldBe(
            name.Contains("-ce-", StringComparison.Ordinal) ? OmsEdition.Community : OmsEdition.Enterprise);
        world.Status.Inventory!.Regions.Sum(region => region.Nodes.Count).ShouldBe(world.Hosts.Count);
        world.Plan.Steps.ShouldNotBeEmpty();
    }

    // 200 rows cannot be held while each step has a line: the steps are 53, the packed plan 80, twenty Events 22. An
    // end-to-end test compares with kubectl.
    [Fact]
    public void Finished_sample_is_described_on_some_pages()
    {
        const string name = "omsupgrade-ee-3.2.2-to-4.2.2.yaml";
        var world = Planned(name);
        world.Annotate(Annotations.Approve, world.Status.Holds.ShouldHaveSingleItem().Approval);
        world.RunUntil(() => world.Status.Holds is [{ Name: "DisableHA" }], "held before the first change");
        world.Annotate(Annotations.Approve, world.Status.Holds.ShouldHaveSingleItem().Approval);
        world.RunToSuccess();

        var upgrade = YamlToJson.ReadAll(PathOf(name)).Single();
        upgrade["status"] = JsonSerializer.SerializeToNode(world.Status, WorldJson.Crds);
        var rows = Described.Rows(upgrade) + world.Events.All.Count;
        rows.ShouldBeLessThanOrEqualTo(MostRows);
    }

    private static string PathOf(string name) => Repository.PathOf("config", "samples", name);

    private static OmsWorld Planned(string name)
    {
        var spec = YamlToJson.ReadAll(PathOf(name)).Single()["spec"]!
            .Deserialize(CrdsJsonContext.Default.OmsUpgradeSpec)!;
        var community = name.Contains("-ce-", StringComparison.Ordinal);
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
        return world.Apply(own => spec with
        {
            Approval = ApprovalPolicy.Manual,
            Image = own.Image,
            ImageArchive = null,
            ImagePullSecretRef = null,
            MetadataDatabase = null,
            Docker = ShortSpecs.Short(own).Docker,
            Preflight = own.Preflight with { DuplicateProjectNames = spec.Preflight.DuplicateProjectNames },
            Window = null,
        }).Planned();
    }
}
