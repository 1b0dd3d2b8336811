namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// <c>preflight.duplicateProjectNames: Rename</c>: shown, carried out once before the downtime, recorded.
/// </summary>
public sealed class RenameTests
{
    private static readonly Undisturbed Golden = Undisturbed.Run(() => Apply(World()));

    [Fact]
    public void Renames_are_recorded_and_done_before_the_downtime()
    {
        var world = Apply(World(realJson: true));
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Done.Where(a => a.What == "rename").Select(a => a.Where)
            .ShouldBe(["Migration/np_7 orders_mnp_7", "Synchronization/sp_2 Orders_ssp_2"]);
        world.Done.FindIndex(a => a.What == "ha off").ShouldBeLessThan(world.Done.FindIndex(a => a.What == "rename"));
        world.Done.FindLastIndex(a => a.What == "rename").ShouldBeLessThan(world.Done.FindIndex(a => a.What == "stop"));
        var step = world.Step("RenameProjects/batch-1");
        step.As<RenameProjects>().Renames.Select(r => $"{r.Kind} {r.Id} {r.OldName} {r.NewName}")
            .ShouldBe(["Migration np_7 orders orders_mnp_7", "Synchronization sp_2 Orders Orders_ssp_2"]);
        (step.RunOnce, step.Planned.Reversible, step.Phase).ShouldBe((false, true, OmsUpgradePhases.RenameProjects));
        world.Plan.Notes.ShouldContain(n => n.Contains("Migration/np_7 'orders' becomes 'orders_mnp_7'"));
        world.Status.RenamedProjects.Select(r => (r.Kind, r.Id, r.OldName, r.NewName)).ShouldBe(
            [
                (ProjectKind.Migration, "np_7", "orders", "orders_mnp_7"),
                (ProjectKind.Synchronization, "sp_2", "Orders", "Orders_ssp_2")
            ]);
    }

    [Fact]
    public void Listed_project_keeps_its_name()
    {
        var world = Apply(World(), keep: ["Synchronization/sp_2"]);
        world.RunToSuccess();

        world.Done.Where(a => a.What == "rename").Select(a => a.Where)
            .ShouldBe(["Migration/np_1 orders_mnp_1", "Migration/np_7 orders_mnp_7"]);
    }

    [Fact]
    public void Contradicting_keepProjectNames_are_findings_without_any_change()
    {
        var world = Apply(World(), keep: ["Synchronization/sp_2", "Migration/np_7", "Migration/np_77"]);
        world.RunToStall();

        world.ReasonOf("Stalled").ShouldBe(Reasons.InvalidSpec);
        world.Status.Findings.Count.ShouldBe(2);
        world.Status.Findings.ShouldAllBe(f => f.Field == "spec.preflight.keepProjectNames");
        world.Done.ShouldBeEmpty();
    }

    [Fact]
    public void Duplicate_names_stall_and_name_the_rename_option()
    {
        var world = World().Apply();
        world.RunToStall();

        world.ReasonOf("Stalled").ShouldBe(Reasons.DuplicateProjectNames);
        world.Status.Message.ShouldNotBeNull().ShouldContain("duplicateProjectNames: Rename");
        world.Metadata.Projects.Count(p => p.Name == "orders").ShouldBe(2);
    }

    [Fact]
    public void Name_changed_by_administrator_is_not_overwritten()
    {
        var world = World();
        world.Apply(
            s => s with { HoldBefore = [OmsUpgradePhases.RenameProjects], Preflight = Renaming(s.Preflight, []) });
        world.RunUntil(() => world.Is("Held"), "held");
        var index = world.Metadata.Projects.FindIndex(p => p.Id == "sp_2");
        world.Metadata.Projects[index] = world.Metadata.Projects[index] with { Name = "by hand" };
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Failed").ShouldBe(Reasons.TargetChanged);
        world.Status.Message.ShouldBeWorded();
        (world.Count("rename"), world.Count("stop")).ShouldBe((0, 0));
        world.Status.RenamedProjects.ShouldBeEmpty();

        world.Metadata.Projects[index] = world.Metadata.Projects[index] with { Name = "Orders" };
        world.Retry();
        world.RunToSuccess();
        world.Count("rename").ShouldBe(2);
    }

    [Fact]
    public void Rollback_leaves_a_name_that_was_changed_by_hand()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, Jar = RollbackTests.FailingJar });
        Duplicate(world);
        world.Apply(s => s with { HoldBefore = [OmsUpgradePhases.StopOld], Preflight = Renaming(s.Preflight, []) });
        world.RunUntil(() => world.Is("Held"), "held");
        var index = world.Metadata.Projects.FindIndex(p => p.Id == "sp_2");
        world.Metadata.Projects[index] = world.Metadata.Projects[index] with { Name = "by hand" };
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "failed");
        RollbackTests.GoBack(world);

        RollbackTests.AsBefore(world);
        world.Metadata.Projects.Single(p => p.Id == "np_7").Name.ShouldBe("orders");
        world.Metadata.Projects.Single(p => p.Id == "sp_2").Name.ShouldBe("by hand");
        world.BackStep("StartOld/names-batch-1").Message.ShouldBeWorded();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void New_name_taken_by_another_project_fails_the_step()
    {
        var world = World();
        world.Apply(
            s => s with { HoldBefore = [OmsUpgradePhases.RenameProjects], Preflight = Renaming(s.Preflight, []) });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Metadata.Projects.Add(new OmsProject(ProjectKind.Synchronization, "sp_50", "ORDERS_MNP_7", "RUNNING"));
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Failed").ShouldBe(Reasons.TargetChanged);
        world.Count("rename").ShouldBe(0);
    }

    [Fact]
    public void Allowed_duplicates_are_noted_and_not_renamed()
    {
        var world = new OmsWorld(new WorldSetup
        {
            Community = true,
            FromVersion = "3.3.0",
            ToVersion = "3.3.1",
            Nodes = 1,
            NeedsJar = false,
            RealJson = false
        });
        Duplicate(world);
        Apply(world);
        world.RunToSuccess();

        world.Count("rename").ShouldBe(0);
        world.Plan.Notes.ShouldContain(
            n => n.Contains("1 project name is used twice") && n.Contains("'orders' (np_1, np_7, sp_2)"));
    }

    [Fact]
    public void Acknowledged_cascades_are_noted_in_the_plan()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.Cascades.Add(new Drydock.Reconcilers.Oms.CascadedWriter("7", "id=1"));
        world.Apply(s => s with
        {
            Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Reasons.CascadedWriters] }
        });
        world.RunToSuccess();

        world.Plan.Notes.ShouldContain(n => n.Contains("id=1=7")
            && n.StartsWith($"You acknowledged {Reasons.CascadedWriters}:", StringComparison.Ordinal));
    }

    [Fact]
    public void RenamedProjects_contains_only_completed_renames()
    {
        var done = Golden.World.Plan;
        RenamedProjects.Of(done).Count.ShouldBe(2);
        RenamedProjects.Of(done.With(done.Steps.Select(s => s.With(r => r with { State = StepState.Pending }))))
            .ShouldBeEmpty();
        done.Steps.Count(s => s.Is<RenameProjects>()).ShouldBe(1);
    }

    [Fact]
    public void Upgrade_killed_before_any_write_or_act_renames_once() =>
        Everywhere(Fate.DieBefore, p => Sample.Takes(p.Number, 0, 4));

    [Fact]
    public void Upgrade_killed_after_any_write_or_act_renames_once() =>
        Everywhere(Fate.DieAfter, p => Sample.Takes(p.Number, 2, 4));

    [Fact]
    public void Lost_answer_to_rename_ends_golden() =>
        Everywhere(Fate.LostAnswer, p => p.What.StartsWith("rename", StringComparison.Ordinal));

    [Fact]
    public void Late_rename_request_changes_nothing()
    {
        var point = Golden.World.Points.Single(p => p.What.StartsWith("rename", StringComparison.Ordinal));
        var world = Apply(World());
        world.Fates = p => p.Number == point.Number ? Fate.Freeze : Fate.Live;
        world.RunUntil(() => world.Lives.Exists(l => l.LateRequest is not null) || world.Life.IsDead, "frozen");
        var frozen = world.Life;
        world.RunUntil(() => world.Count("rename") == 2, "renamed by the successor");
        frozen.LateRequest!();

        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        world.Count("rename").ShouldBe(2);
    }

    private static void Everywhere(Fate fate, Func<WorldPoint, bool> where) =>
        Cases.Try(Golden.World.Points.Where(where).ToList(), point => Golden.With(point.Number, fate).Count("rename")
            .ShouldBe(2));

    private static OmsWorld World(bool realJson = false)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = realJson });
        Duplicate(world);
        return world;
    }

    private static void Duplicate(OmsWorld world)
    {
        world.Metadata.Projects.Add(new OmsProject(ProjectKind.Migration, "np_7", "orders", "SUSPEND"));
        world.Metadata.Projects.Add(new OmsProject(ProjectKind.Synchronization, "sp_2", "Orders", "RUNNING"));
    }

    private static OmsWorld Apply(OmsWorld world, params string[] keep) =>
        world.Apply(s => s with { Preflight = Renaming(s.Preflight, keep) });

    private static PreflightSpec Renaming(PreflightSpec preflight, string[] keep) =>
        preflight with { DuplicateProjectNames = DuplicateNamePolicy.Rename, KeepProjectNames = [.. keep] };
}
