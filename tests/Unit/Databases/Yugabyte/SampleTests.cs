using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Tests.Unit.Crds;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>What users copy and what they read is true of what is planned.</summary>
public sealed partial class SampleTests
{
    private static readonly IReadOnlyList<string> Phases =
        [.. PhaseOrder.OfYugabyte, .. DatabaseRollingUpgradePhases.OfRollback];

    [Fact]
    public void Sample_is_valid_and_compiles_into_runbook_plan()
    {
        var spec = Sample();
        DatabaseSpecPreflight.Check(spec).ShouldBeEmpty();
        YugabyteUpgradePath.Of(spec, out var unreadable).ShouldNotBeNull().Rows
            .ShouldAllBe(row => row.Verdict == YugabyteVerdict.Note);
        unreadable.ShouldBeEmpty();

        var plan = Compile(spec);
        plan.Notes.ShouldNotContain(n => n.StartsWith("spec.holdBefore", StringComparison.Ordinal));
        plan.Notes.ShouldContain(n => n.StartsWith("No rollback from UpgradeMasters/1/swap", StringComparison.Ordinal));
        plan.Steps.Select(s => s.Phase).Distinct().ShouldBe([
            "PreparePackage", "UpgradeMasters", "UpgradeTServers", "VerifyVersions", "PromoteAutoFlags",
            "UpgradeCatalog", "Verify"]);
        plan.Steps.Where(s => s.PointOfNoReturn).Select(s => s.Id)
            .ShouldBe(["UpgradeMasters/1/swap", "PromoteAutoFlags/promote", "UpgradeCatalog/upgrade"]);
    }

    [Fact]
    public void Phases_and_steps_named_on_page_exist_in_plans()
    {
        var there = YugaRun.Compile(new YugaWorld(PlannerTests.Replicated())).Steps.Select(s => s.Id)
            .Select(WithoutName).ToHashSet(StringComparer.Ordinal);
        var named = Code().Matches(Page()).Select(m => m.Groups["code"].Value)
            .Where(c => Phases.Contains(c.Split('/')[0], StringComparer.Ordinal)).ToList();

        named.Where(c => c.Contains('/', StringComparison.Ordinal))
            .Select(c => c.Replace("/NAME-", "/-", StringComparison.Ordinal)).Distinct().Except(there).ShouldBeEmpty();
        PhaseOrder.OfYugabyte.Except(named).ShouldBeEmpty("every phase is explained");
    }

    [Fact]
    public void Replication_sample_on_page_is_valid()
    {
        var block = Fence.In(Page()).Where(block => block.Language == "yaml").Select(block => block.Text)
            .Single(y => y.Contains("PauseBothSides", StringComparison.Ordinal));
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, block);
            var yugabyte = YamlToJson.ReadAll(file).Single()["yugabyte"]
                .Deserialize(CrdsJsonContext.Default.YugabyteSpec).ShouldNotBeNull();
            DatabaseSpecPreflight.Check(Sample() with { Yugabyte = yugabyte })
                .ShouldBeEmpty();
            yugabyte.Replication.Groups.ShouldHaveSingleItem().Peer.Masters.Count.ShouldBe(3);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static DatabaseRollingUpgradeSpec Sample() =>
        YamlToJson
            .ReadAll(Repository.PathOf("config", "samples", "databaserollingupgrade-bmdb-containers-all-fields.yaml"))
            .Single().Deserialize(CrdsJsonContext.Default.DatabaseRollingUpgrade).ShouldNotBeNull().Spec;

    private static string Page() => File.ReadAllText(Repository.PathOf("docs", "explanation", "yugabytedb.md"));

    private static Plan Compile(DatabaseRollingUpgradeSpec spec) => new YugabytePlanner(spec, new YugabyteDiscovery
    {
        UniverseUuid = "universe",
        Instances = [.. spec.Instances.Select(i => new YugabyteInstance
        {
            Name = i.Name,
            Component = i.Component,
            Version = spec.FromVersion,
            FormerSha256 = new string('a', 64),
            FormerDirectory = i.DeployDir
        })],
        Hosts = [.. spec.Instances.Select(i => i.Host).Distinct(StringComparer.Ordinal)],
        ReplicationFactor = 3,
        SqlIsOn = true,
        Groups = [],
        Replication = YugabyteFeatures.Replication(spec, YugabyteVersion.Parse(spec.FromVersion)),
    }).Compile();

    // Of tablet servers any will do.
    private static string WithoutName(string id) => TserverName().Replace(id, "/-");

    [GeneratedRegex("`(?<code>[A-Za-z]+(/[A-Za-z0-9-]+)?)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Code();

    [GeneratedRegex("/t[0-9]+-")]
    private static partial Regex TserverName();
}
