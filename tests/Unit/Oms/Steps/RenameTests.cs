using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Drydock.Tests.Unit.Support;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// <c>preflight.duplicateProjectNames: Rename</c>: shown, carried out once before the downtime, recorded.
/// </summary>
public sealed class RenameTests
{
    private static readonly Undisturbed Golden = Undisturbed.Run(() => Apply(World()));

    [Fact]
    public void Old_and_new_names_stand_in_the_plan_and_in_status_and_the_rows_change_before_the_downtime()
    {
        var world = Apply(World(realJson: true));
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Done.Where(a => a.What == "rename").Select(a => a.Where).ShouldBe(["Migration/np_7 orders_mnp_7", "Synchronization/sp_2 Orders_ssp_2"]);
        world.Done.FindIndex(a => a.What == "ha off").ShouldBeLessThan(world.Done.FindIndex(a => a.What == "rename"));
        world.Done.FindLastIndex(a => a.What == "rename").ShouldBeLessThan(world.Done.FindIndex(a => a.What == "stop"));
        var step = world.Step(StepIds.Rename(1));
        step.Arguments<RenameProjects.Args>().Renames.Select(r => $"{r.Kind} {r.Id} {r.OldName} {r.NewName}")
            .ShouldBe(["Migration np_7 orders orders_mnp_7", "Synchronization sp_2 Orders Orders_ssp_2"]);
        (step.RunOnce, step.Reversible, step.Phase).ShouldBe((false, true, OmsUpgradePhases.RenameProjects));
        world.Plan.Notes.ShouldContain(n => n.Contains("Migration/np_7 'orders' becomes 'orders_mnp_7'"));
        world.Status.RenamedProjects.Select(r => (r.Kind, r.Id, r.OldName, r.NewName)).ShouldBe(
            [(ProjectKind.Migration, "np_7", "orders", "orders_mnp_7"), (ProjectKind.Synchronization, "sp_2", "Orders", "Orders_ssp_2")]);
    }

    [Fact]
    public void Whoever_is_listed_keeps_the_name()
    {
        var world = Apply(World(), keep: ["Synchronization/sp_2"]);
        world.RunToSuccess();

        world.Done.Where(a => a.What == "rename").Select(a => a.Where).ShouldBe(["Migration/np_1 orders_mnp_1", "Migration/np_7 orders_mnp_7"]);
    }

    [Fact]
    public void Contradictions_of_the_list_are_findings_and_nothing_is_changed()
    {
        var world = Apply(World(), keep: ["Synchronization/sp_2", "Migration/np_7", "Migration/np_77"]);
        world.RunToStall();

        world.ReasonOf("Stalled").ShouldBe(Reasons.InvalidSpec);
        world.Status.Findings.Count.ShouldBe(2);
        world.Status.Findings.ShouldAllBe(f => f.Field == "spec.preflight.keepProjectNames");
        world.Done.ShouldBeEmpty();
    }

    [Fact]
    public void Without_the_word_for_it_duplicates_stop_the_upgrade_and_the_way_out_is_told()
    {
        var world = World().Apply();
        world.RunToStall();

        world.ReasonOf("Stalled").ShouldBe(Reasons.DuplicateProjectNames);
        world.Status.Message.ShouldNotBeNull().ShouldContain("duplicateProjectNames: Rename");
        world.Metadata.Projects.Count(p => p.Name == "orders").ShouldBe(2);
    }

    [Fact]
    public void Names_that_somebody_else_changed_meanwhile_are_not_touched()
    {
        var world = World();
        world.Apply(s => s with { HoldBefore = [OmsUpgradePhases.RenameProjects], Preflight = Renaming(s.Preflight, []) });
        world.RunUntil(() => world.Is("Held"), "held");
        var index = world.Metadata.Projects.FindIndex(p => p.Id == "sp_2");
        world.Metadata.Projects[index] = world.Metadata.Projects[index] with { Name = "by hand" };
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Failed").ShouldBe(Reasons.TargetChanged);
        world.Status.Message.ShouldNotBeNull().ShouldContain("Synchronization/sp_2 is 'by hand', expected 'Orders' or 'Orders_ssp_2'");
        (world.Count("rename"), world.Count("stop")).ShouldBe((0, 0));
        world.Status.RenamedProjects.ShouldBeEmpty();

        world.Metadata.Projects[index] = world.Metadata.Projects[index] with { Name = "Orders" };
        world.Annotate(Annotations.Retry, "again");
        world.RunToSuccess();
        world.Count("rename").ShouldBe(2);
    }

    [Fact]
    public void A_name_that_another_project_took_meanwhile_is_not_given_twice()
    {
        var world = World();
        world.Apply(s => s with { HoldBefore = [OmsUpgradePhases.RenameProjects], Preflight = Renaming(s.Preflight, []) });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Metadata.Projects.Add(new OmsProject(ProjectKind.Synchronization, "sp_50", "ORDERS_MNP_7", "RUNNING"));
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Failed").ShouldBe(Reasons.TargetChanged);
        world.Count("rename").ShouldBe(0);
    }

    [Fact]
    public void Where_names_need_not_be_unique_none_is_changed_and_the_plan_mentions_them()
    {
        var world = new OmsWorld(new WorldSetup { Community = true, FromVersion = "3.3.0", ToVersion = "3.3.1", Nodes = 1, NeedsJar = false, RealJson = false });
        Duplicate(world);
        Apply(world);
        world.RunToSuccess();

        world.Count("rename").ShouldBe(0);
        world.Plan.Notes.ShouldContain(n => n.Contains("1 project names are used more than once") && n.Contains("'orders' (np_1, np_7, sp_2)"));
    }

    [Fact]
    public void Acknowledged_cascades_stand_in_the_plan()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.Cascades.Add(new Drydock.Reconcilers.Oms.CascadedWriter("7", "id=1"));
        world.Apply(s => s with { Preflight = s.Preflight with { CascadedWriters = CascadedWriterPolicy.Acknowledge } });
        world.RunToSuccess();

        world.Plan.Notes.ShouldContain(n => n.Contains("id=1=7") && n.Contains("acknowledged"));
    }

    [Fact]
    public void What_a_plan_renamed_is_only_what_it_has_really_renamed()
    {
        var done = Golden.World.Plan;
        RenamedProjects.Of(done).Count.ShouldBe(2);
        RenamedProjects.Of(done with { Steps = [.. done.Steps.Select(s => s with { State = StepState.Pending })] }).ShouldBeEmpty();
        done.Steps.Count(s => s.Is<RenameProjects>()).ShouldBe(1);
    }

    [Fact]
    public void Killed_before_any_write_or_act_every_project_is_renamed_once() => Everywhere(Fate.DieBefore, p => Sample.Takes(p.Number, 0, 2));

    [Fact]
    public void Killed_after_any_write_or_act_every_project_is_renamed_once() => Everywhere(Fate.DieAfter, p => Sample.Takes(p.Number, 1, 2));

    [Fact]
    public void The_answer_to_the_renaming_may_be_lost() =>
        Everywhere(Fate.LostAnswer, p => p.What.StartsWith("rename", StringComparison.Ordinal));

    [Fact]
    public void A_renaming_that_arrives_late_changes_nothing()
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
        Cases.Try(Golden.World.Points.Where(where).ToList(), point => Golden.With(point.Number, fate).Count("rename").ShouldBe(2));

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
