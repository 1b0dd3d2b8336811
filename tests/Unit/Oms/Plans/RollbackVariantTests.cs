namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// The way back of the other roads: regions, the Community edition, renamed projects, few nodes at a time, another plan
/// than the approved one.
/// </summary>
public sealed class RollbackVariantTests
{
    internal static WorldSetup Community(int nodes) => new()
    {
        Community = true,
        FromVersion = "3.3.0",
        ToVersion = "3.3.1",
        Nodes = nodes,
        NeedsJar = false,
        HaConfig = null,
        InitBringsHaConfig = """{"enable":false}""",
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rollback_of_two_regions_restores_all_nodes_and_databases(bool afterSuccess)
    {
        var world = new OmsWorld(new WorldSetup
        {
            Regions = 2,
            RealJson = false,
            Jar = (w, c) => afterSuccess || c.Host.Name != "oms-c" ? (0, "") : (1, "Exception\n")
        }).Apply();
        world.RunUntil(() => world.IsOver || world.Is("Failed"), "over or failed");
        RollbackTests.GoBack(world);

        world.Rules.Broken.ShouldBeEmpty();
        world.Done.Where(a => a.What == "restore").ShouldHaveSingleItem().Where
            .ShouldBe("rm_340+cm_340+cm_hb_340+cm_hb_341");
        world.Done.Where(a => a.What == "start").Select(a => a.Where).TakeLast(4)
            .ShouldBe(["oms-a", "oms-b", "oms-c", "oms-d"], ignoreOrder: true);
        RollbackTests.AsBefore(world);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Rollback_of_Community_removes_ha_config_that_was_absent(int nodes)
    {
        var world = new OmsWorld(Community(nodes) with { RealJson = false }).Apply();
        world.RunToSuccess();
        RollbackTests.GoBack(world);

        world.Rules.Broken.ShouldBeEmpty();
        (world.Metadata.Contents, world.Metadata.HaConfig, world.Count("restore"), world.Count("init"))
            .ShouldBe(("3.3.0", null, 1, 1));
        world.Hosts.ShouldAllBe(h => world.Old(h.Name).IsRunning
            && world.Old(h.Name).HostConfig.RestartPolicy!.Name == "always" && !world.New(h.Name)!.IsRunning);
    }

    [Theory]
    [InlineData("rename")]
    [InlineData("stop")]
    [InlineData("jar")]
    [InlineData("ha on")]
    public void Rollback_restores_names_of_renamed_projects(string after)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.Projects.Add(new OmsProject(ProjectKind.Migration, "np_7", "orders", "SUSPEND"));
        var names = world.Metadata.Projects.Select(p => (p.Id, p.Name)).ToList();
        world.Apply(
            s => s with { Preflight = s.Preflight with { DuplicateProjectNames = DuplicateNamePolicy.Rename } });
        world.RunUntil(() => world.Count(after) >= 1, after);
        world.Metadata.Projects.Select(p => (p.Id, p.Name)).ShouldNotBe(names);
        RollbackTests.GoBack(world);

        world.Rules.Broken.ShouldBeEmpty();
        world.Metadata.Projects.Select(p => (p.Id, p.Name)).ShouldBe(names);
        world.Status.RenamedProjects.ShouldBeEmpty();
        world.Count("rename").ShouldBe(2, "there and back");
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Rollback_respects_MaxParallelNodes()
    {
        var world = RollbackTests.Failed(
            new WorldSetup { Nodes = 3, RealJson = false, Jar = RollbackTests.FailingJar },
            s => s with { MaxParallelNodes = 1 });
        var most = 0;
        world.Api.Changed += (_, _) => most = Math.Max(most, (world.Api.Find<Drydock.Crds.OmsUpgrades.OmsUpgrade>(
            OmsWorld.Namespace, "up")?.Status?.RollbackPlan?.Steps ?? [])
            .Where(s => s.State == StepState.Running && s.Node is not null).Select(s => s.Node)
            .Distinct(StringComparer.Ordinal).Count());
        RollbackTests.GoBack(world);

        most.ShouldBe(1);
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Approval_of_another_plan_does_not_start_rollback()
    {
        var world = RollbackTests.Golden();
        var (there, done) = (world.Plan.Hash, world.Done.Count);
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.Annotate(Annotations.Approve, $"RollBack@{there[7..15]},RollBack@00000000");
        world.RunUntil(() => world.Is("Held"), "held");
        world.RunFor(TimeSpan.FromDays(1));

        (world.Done.Count, world.Is("Held")).ShouldBe((done, true));
        world.Events.All.ShouldContain(
            e => e.Reason == "ApprovalIgnored" && e.Message.Contains("RollBack@00000000", StringComparison.Ordinal));
        world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
        world.RunToRolledBack();
        world.Rules.Broken.ShouldBeEmpty();
        RollbackTests.AsBefore(world);
    }
}
