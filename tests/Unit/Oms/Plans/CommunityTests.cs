using OmsEdition = Drydock.Crds.OmsUpgrades.OmsEdition;

namespace Drydock.Tests.Unit.Oms;

/// <summary>The Community edition: the guides for 3.3.0 to 3.3.1, and the rest of the vendor's table.</summary>
public sealed class CommunityTests
{
    private const string Row = """{"enable":false,"enableStore":true}""";

    // Before Golden, which is made of it.
    private static readonly WorldSetup Setup = new()
    {
        Community = true,
        FromVersion = "3.3.0",
        ToVersion = "3.3.1",
        Nodes = 1,
        NeedsJar = false,
        HaConfig = null,
        InitBringsHaConfig = Row,
        RealJson = false,
    };

    private static readonly Undisturbed Golden = Undisturbed.Run(() => Single().Apply());

    [Fact]
    public void Single_node_follows_Community_runbook_and_enables_high_availability()
    {
        var world = new OmsWorld(Setup with { RealJson = true }).Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Done.Select(a => a.ToString()).ShouldBe(
        [
            "load oms-a", "create oms-a", "test rm_340+cm_340+cm_hb_340",
            "policy no oms-a", "stop oms-a",
            "trim cm_hb_340", "snapshot rm_340+cm_340+cm_hb_340",
            "start oms-a", "console start oms-a",
            "init oms-a", "console stop oms-a", "console start oms-a",
            "policy always oms-a",
            "ha on rm_340", "restart oms_console oms-a", "console stop oms-a", "console start oms-a",
        ]);
        HaConfig.Parse(world.Metadata.HaConfig!).Enable.ShouldBeTrue();
        world.New("oms-a")!.IsUpgrade.ShouldBeTrue();
        (world.Upgrade.Spec.Edition, world.New("oms-a")!.Config.Image)
            .ShouldBe((OmsEdition.Community, "registry.example/oms:feature_3.3.1_ce"));
        world.Status.Phases.ShouldNotContain(p => p.StartsWith("DisableHA ", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_nodes_are_upgraded_with_one_initialization()
    {
        var world = new OmsWorld(Setup with { Nodes = 2 }).Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Count("create"), world.Count("stop")).ShouldBe((0, 1, 2, 2));
        world.Status.Nodes.ShouldAllBe(n => n.Version == "3.3.1-ce");
    }

    [Fact]
    public void High_availability_stays_unchanged_with_AsBefore()
    {
        var world = Single().Apply(s => s with
        {
            HighAvailability = s.HighAvailability with { AfterUpgrade = HighAvailabilityAfterUpgrade.AsBefore }
        });
        world.RunToSuccess();

        world.Metadata.HaConfig.ShouldBe(Row);
        world.Status.ActionRequired.ShouldContain(a => a.Reason == Reasons.HighAvailabilityOff);
    }

    [Fact]
    public void Missing_ha_config_row_is_created()
    {
        var world = new OmsWorld(Setup with { InitBringsHaConfig = null }).Apply();
        world.RunToSuccess();

        HaConfig.Parse(world.Metadata.HaConfig!).Enable.ShouldBeTrue();
        world.Status.ActionRequired.ShouldNotContain(a => a.Reason == Reasons.HighAvailabilityOff);
    }

    [Fact]
    public void Uncreatable_ha_config_row_is_left_to_administrator_without_failure()
    {
        var world = new OmsWorld(Setup with { InitBringsHaConfig = null });
        world.Metadata.HaConfigInsertProblem =
            "rm_340.oms_normal_config has no row ha.config, and of its columns kind (set) no value can be guessed";
        world.Apply();
        world.RunToSuccess();

        world.Metadata.HaConfig.ShouldBeNull();
        world.Count("ha on").ShouldBe(0);
        world.Status.ActionRequired.Single(a => a.Reason == Reasons.HighAvailabilityOff).Message.ShouldBeWorded();
        world.Status.ActionRequired.Single(a => a.Subject == "orders (np_1)").Message.ShouldBeWorded();
        world.Status.Times!.T2.ShouldBeNull();
        world.StatusWrites.Last(u => u.Status!.System is not null).Status!.System!.State
            .ShouldBe(SystemState.UpWithoutHA);
    }

    [Fact]
    public void Project_links_are_listed_with_the_required_action()
    {
        var world = Single();
        world.Metadata.Projects.Add(new OmsProject(ProjectKind.Migration, "np_3", "broken", "FAILED"));
        world.Apply();
        world.RunToSuccess();

        var links = world.Status.ActionRequired.Where(a => a.Reason == Reasons.ReviewProject)
            .ToDictionary(a => a.Subject, a => a.Message);
        links.Keys.ShouldBe(["orders (np_1)", "billing (sp_1)", "broken (np_3)"], ignoreOrder: true);
        links["billing (sp_1)"].ShouldBeWorded();
        links["broken (np_3)"].ShouldBeWorded();
        world.Status.ActionRequired.Single(a => a.Reason == Reasons.VersionAdvice).Message
            .ShouldContain("IS_UPGRADE=true");
        links["orders (np_1)"].ShouldContain("JDBCWriter");
    }

    [Theory]
    [InlineData("3.2.2", "3.3.0", false)]
    [InlineData("3.2.2", "4.0.0", true)]
    [InlineData("3.3.1", "4.1.0", true)]
    [InlineData("4.1.0", "4.2.3", true)]
    [InlineData("4.1.1", "4.2.0", true)]
    [InlineData("4.2.10", "4.2.11", true)]
    public void Other_listed_paths_succeed_without_JAR(string from, string to, bool isUpgrade)
    {
        var world = new OmsWorld(
            Setup with { FromVersion = from, ToVersion = to, HaConfig = from == "3.2.2" ? null : Row }).Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.New("oms-a")!.IsUpgrade.ShouldBe(isUpgrade);
        (world.Count("jar"), world.Count("init")).ShouldBe((0, 1));
    }

    [Fact]
    public void Shared_names_can_be_acknowledged_where_no_guide_forbids_them()
    {
        var world = new OmsWorld(Setup with { FromVersion = "4.1.0", ToVersion = "4.2.3", HaConfig = Row });
        world.Metadata.Duplicates.Add(new DuplicateProjectName("orders", ["np_1"], ["sp_9"]));
        world.Apply();
        world.RunToStall();
        world.Status.Findings.Single().Acknowledge.ShouldBe(Reasons.DuplicateProjectNames);

        world.EditSpec(s => s with
        {
            Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Reasons.DuplicateProjectNames] }
        });
        world.RunToSuccess();
        world.Plan.Notes.ShouldContain(n => n.Contains("You acknowledged") && n.Contains("'orders'"));
    }

    [Fact]
    public void Unlisted_path_stalls_and_names_the_listed_chain()
    {
        var world = new OmsWorld(Setup with { FromVersion = "3.2.2", ToVersion = "3.3.1" }).Apply();
        world.RunToStall();

        world.ReasonOf("Stalled").ShouldBe(Reasons.VersionPathUnsupported);
        world.Status.Message.ShouldNotBeNull().ShouldContain("3.2.2 → 3.3.0 → 3.3.1");
        world.Done.ShouldBeEmpty();
    }

    [Fact]
    public void Allowed_unlisted_path_is_noted_in_plan_and_step()
    {
        var unlisted = new OmsWorld(Setup with { FromVersion = "4.2.13", ToVersion = "4.2.14", HaConfig = Row }).Apply(
            s => s.Acknowledge(Reasons.VersionPathUnsupported));
        unlisted.RunToSuccess();

        unlisted.Rules.Broken.ShouldBeEmpty();
        unlisted.Plan.Notes.ShouldContain(n => n.Contains(
            "4.2.13-ce to 4.2.14-ce: no list of sources for 4.2.14 is known"));
        unlisted.Plan.Steps.Single(s => s.Is<RunDockerInit>()).As<RunDockerInit>().UnlistedPath
            .ShouldBe("4.2.13-ce to 4.2.14-ce");
        Golden.World.Plan.Steps.ShouldAllBe(s => !s.Parameters.ContainsKey("unlistedPath"));
    }

    [Fact]
    public void Community_container_is_refused_for_Enterprise_edition()
    {
        var world = new OmsWorld(Setup with { FromVersion = "3.3.1", ToVersion = "4.1.0" }).Apply(s => s with
        {
            Edition = OmsEdition.Enterprise,
            FromVersion = "3.3.1",
            ToVersion = "4.2.2",
            Image = "registry.example/oms:mine"
        });
        world.RunToStall();

        world.Status.Findings.ShouldContain(f => f.Reason == Reasons.VersionMismatch && f.Field == "spec.edition");
        world.Done.ShouldBeEmpty();
    }

    [Fact]
    public void Image_named_after_another_version_is_a_finding()
    {
        var world = Single().Apply(s => s with { Image = "registry.example/oms:feature_4.0.0_ce" });
        world.RunToStall();

        world.Status.Findings.ShouldContain(f => f.Reason == Reasons.ImageNameContradicts && f.Field == "spec.image"
            && f.Acknowledge == Reasons.ImageNameContradicts);
    }

    [Fact]
    public void Upgrade_killed_before_any_write_or_act_ends_golden() => Everywhere(Fate.DieBefore, way: 0);

    [Fact]
    public void Upgrade_killed_after_any_write_or_act_ends_golden() => Everywhere(Fate.DieAfter, way: 1);

    [Fact]
    public void Lost_answer_to_any_write_or_act_ends_golden() => Everywhere(Fate.LostAnswer, way: 2);

    private static void Everywhere(Fate fate, int way) =>
        Cases.Try(Golden.World.Points.Where(p => Sample.Takes(p.Number, way, 3)).ToList(), point => Golden.With(
            point.Number, fate));

    private static OmsWorld Single() => new(Setup);
}
