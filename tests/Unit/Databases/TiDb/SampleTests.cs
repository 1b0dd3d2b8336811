using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Tests.Unit.Crds;
using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>What users copy and what they read is true of what is planned.</summary>
public sealed partial class SampleTests
{
    [Fact]
    public void Sample_is_valid_and_compiles_into_runbook_plan()
    {
        var spec = Sample();
        DatabaseSpecPreflight.Check(spec).ShouldBeEmpty();

        var plan = new TiDbProcedure(spec, new TiDbDiscovery
        {
            ClusterId = 1,
            Instances = [.. spec.Instances.Select(i => new TiDbInstance
            {
                Name = i.Name,
                Component = i.Component,
                Version = spec.FromVersion,
                Store = i.Component == DatabaseComponent.TiKV ? 1 : null
            })],
            LeaderPriorities = new Dictionary<string, int>(),
            ScheduleLimits = new Dictionary<string, long>(StringComparer.Ordinal) { ["merge-schedule-limit"] = 8 },
            MaxReplicas = 3,
            BootstrapVersion = 21,
        }).Compile();

        plan.Notes.ShouldNotContain(n => n.StartsWith("spec.holdBefore", StringComparison.Ordinal));
        plan.Notes.ShouldContain(
            n => n.StartsWith("NO ROLLBACK from UpgradePD/pd-1/swap on", StringComparison.Ordinal));
        plan.Steps.Where(s => s.PointOfNoReturn).Select(s => s.Id)
            .ShouldBe(["UpgradePD/pd-1/swap", "UpgradeTiKV/tikv-3/swap", "UpgradeTiDB/tidb-1/swap"]);
        plan.Steps.Select(s => s.Phase).Distinct().ShouldBe(
        [
            Phases.PreparePackage, Phases.SaveConfiguration, Phases.Backup, Phases.UpgradePD, Phases.UpgradeTiKV,
            Phases.UpgradePump, Phases.UpgradeTiDB,
            Phases.LimitMerging, Phases.UpgradeDrainer, Phases.Verify, Phases.TuneScheduling,
        ]);
    }

    [Fact]
    public void Phases_and_steps_named_on_page_exist_in_plans()
    {
        var there = new TiDbWorld(new TiDbWorldSetup
        {
            Pumps = 2,
            Drainers = 1,
            Spec = s => s with { Tidb = s.Tidb! with { AliasPdUnits = true } }
        }).Begin().Stored!.Steps.Select(s => InstanceName().Replace(s.Id, "/NAME-")).ToHashSet(StringComparer.Ordinal);
        var named = Code().Matches(Page()).Select(m => m.Groups["code"].Value)
            .Where(c => PhaseOrder.OfTiDb.Contains(c.Split('/')[0], StringComparer.Ordinal)).ToList();

        named.Where(c => c.Contains('/', StringComparison.Ordinal)).Distinct().Except(there).ShouldBeEmpty();
        PhaseOrder.OfTiDb.Except(named).ShouldBeEmpty("every phase is explained");
    }

    // The reference without what most clusters lack.
    private static DatabaseRollingUpgradeSpec Sample()
    {
        var spec = YamlToJson
            .ReadAll(Repository.PathOf("config", "samples", "databaserollingupgrade-tidb-all-fields.yaml"))
            .Single().Deserialize(CrdsJsonContext.Default.DatabaseRollingUpgrade).ShouldNotBeNull().Spec;
        return spec with { Tidb = spec.Tidb! with { Monitoring = [], Dashboards = null, TiSpark = null } };
    }

    private static string Page() => File.ReadAllText(Repository.PathOf("docs", "explanation", "tidb.md"));

    [GeneratedRegex("`(?<code>[A-Za-z]+(/[A-Za-z0-9-]+)?)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Code();

    [GeneratedRegex("/[a-z]+-[0-9]+-(?=drain|swap|verify)")]
    private static partial Regex InstanceName();
}
