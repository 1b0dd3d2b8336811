namespace Drydock.Tests.Unit.Oms;

/// <summary>OMS serves after a later plan or attempt, and the status goes back into a redo or a rollback of before:
/// nothing is stopped and nothing restored without a question.</summary>
public sealed class LaterRunTests
{
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void Status_put_back_into_a_redo_stops_and_restores_nothing(bool forget, int way)
    {
        var writes = Redone().StatusWrites.Select(w => w.Status!).ToList();
        var begins = writes.FindIndex(
            s => s.Plan?.Steps.Exists(x => x.Phase == OmsUpgradePhases.RestoreDatabases) == true);
        Try(
            Redone, Enumerable.Range(begins, writes.Count - begins - 1).Where(back => Sample.Takes(back, way, 4)),
            forget);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Status_put_back_into_an_earlier_rollback_stops_and_restores_nothing(bool wantsBack, bool forget)
    {
        var writes = RolledBackAndAgain().StatusWrites.Select(w => w.Status!).ToList();
        Try(
            RolledBackAndAgain,
            Enumerable.Range(0, writes.Count).Where(back => writes[back].RollbackPlan is not null
                && writes[back].Step?.StartsWith("StopNew", StringComparison.Ordinal) == true),
            forget,
            wantsBack ? s => s with { DesiredState = DesiredState.RolledBack } : null);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, true, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, false)]
    public void Status_put_back_to_a_failed_run_that_was_rolled_back_stops_and_restores_nothing(
        bool byPolicy, bool haOff, bool forget)
    {
        OmsWorld Make()
        {
            var world = FailingOnce(
                haOff, s => s with { RollbackPolicy = byPolicy ? RollbackPolicy.OnFailure : s.RollbackPolicy });
            if (!byPolicy)
            {
                world.RunUntil(() => world.Is("Failed"), "failed");
                world.Annotate(Annotations.Rollback, "1");
            }

            world.RunToRolledBack();
            world.Retry();
            world.RunToSuccess();
            return world;
        }

        var writes = Make().StatusWrites.Select(w => w.Status!).ToList();
        var failed = writes.FindIndex(s => s.Conditions.Exists(c => c is { Type: "Failed", Status: "True" }));
        var begun = writes.FindIndex(s => s.RollbackPlan is not null);
        var ended = writes.FindIndex(s => s.Conditions.Exists(c => c is { Type: "RolledBack", Status: "True" }));
        Try(Make, new[] { failed - 6, failed - 2, failed, failed + 1, begun, begun + 2, (begun + ended) / 2, ended - 1 }
            .Distinct(), forget);
    }

    [Fact]
    public void Rollback_that_is_asked_for_after_that_is_held_and_restores_the_databases()
    {
        var world = FailingOnce(haOff: true, s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunToRolledBack();
        var failed = world.StatusWrites.Select(w => w.Status!)
            .First(s => s.Conditions.Exists(c => c is { Type: "Failed", Status: "True" }));
        world.Retry();
        world.RunToSuccess();
        world.PutBack(failed);
        world.RunFor(TimeSpan.FromHours(1));
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Status.FormerPlans.Count.ShouldBeGreaterThan(0, "it knows the plan that ran later");
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunToRolledBack();

        world.Metadata.Contents.ShouldBe("3.2.2");
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Rollback_goes_on_once_the_records_that_its_message_names_are_removed()
    {
        var world = RolledBackAndAgain();
        var back = world.StatusWrites.Select(w => w.Status!)
            .Last(s => s.RollbackPlan is not null && s.Step?.StartsWith("StopNew", StringComparison.Ordinal) == true);
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.PutBack(back);
        world.RunUntil(() => world.Is("Failed"), "refused");
        world.Retry();
        world.RunFor(TimeSpan.FromHours(1));
        world.Status.Message.ShouldNotBeNull()
            .ShouldContain("which the status does not know", Case.Sensitive, "a retry alone changes nothing");

        var records = world.Status.Message![world.Status.Message!.IndexOf("rm -r ", StringComparison.Ordinal)..]
            .Split('`')[0].Split(' ').Skip(2).Select(d => d["/home/admin/logs".Length..]).ToList();
        foreach (var host in world.Hosts)
        {
            host.Files.Keys.Where(f => records.Exists(r => f.Contains(r, StringComparison.Ordinal))).ToList()
                .ForEach(f => host.Files.Remove(f));
        }

        world.Retry();
        world.RunFor(TimeSpan.FromHours(2));
        world.Hosts.ShouldAllBe(h => !h.Find(OmsWorld.NewName)!.IsRunning);
    }

    [Fact]
    public void Rollback_of_an_outdated_status_takes_the_later_of_two_snapshots()
    {
        var world = new OmsWorld(Setup(haOff: false)).Apply();
        world.RunUntil(() => world.Status.Plan?.Step("Backup/snapshot") is { State: StepState.Succeeded }, "snapshot");
        var back = world.StatusWrites.Select(w => w.Status!).First(s => s.Plan is not null);
        world.PutBack(back);
        world.Hosts.ForEach(h => world.Old(h.Name).Start());
        world.RunToSuccess();
        var last = world.Status.SnapshotRef!.Name;
        world.Api.All<BackupSnapshot>().Count.ShouldBeGreaterThan(1);
        world.RunFor(TimeSpan.FromHours(1));
        world.PutBack(back);
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.StatusOutdated, "asks");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");

        world.Status.RollbackPlan!.Steps.Single(s => s.Phase == OmsUpgradePhases.RestoreDatabases
            && s.Title.StartsWith("Restore all", StringComparison.Ordinal)).Title.ShouldContain(last);
    }

    [Fact]
    public void Word_in_Git_that_approved_a_redo_approves_nothing_later()
    {
        var world = FailingOnce(haOff: true, s => s);
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.Retry();
        world.RunUntil(() => world.Is("Held"), "held");
        var held = world.Status;
        world.EditSpec(s => s with { Approvals = [world.Status.Holds.ShouldHaveSingleItem().Approval] });
        world.RunToSuccess();

        PutBack(world, held, forget: false, "held");
    }

    private static void Try(
        Func<OmsWorld> make, IEnumerable<int> writes, bool forget, Func<OmsUpgradeSpec, OmsUpgradeSpec>? edit = null) =>
        Cases.Try(writes, back =>
        {
            var world = make();
            if (edit is not null)
            {
                world.EditSpec(edit);
            }

            PutBack(world, world.StatusWrites[back].Status!, forget, $"write {back}");
        });

    private static void PutBack(OmsWorld world, OmsUpgradeStatus status, bool forget, string what)
    {
        world.RunFor(TimeSpan.FromHours(20));
        var (done, loads) = (world.Done.Count, world.Restores.Loads.Count);
        world.PutBack(status, forget);
        world.RunFor(TimeSpan.FromHours(3));

        what = $"{what} ({status.Phase} {status.Step}): {world.Status.Phase} {world.Status.Message}";
        world.Done.Skip(done).Where(a => a.By != 0 && a.What is "stop" or "restore" or "jar" or "init")
            .Select(a => a.What).ShouldBeEmpty(what);
        (world.Restores.Loads.Count - loads, world.Metadata.Contents).ShouldBe((0, "4.2.2"), what);
        world.Hosts.ShouldAllBe(h => h.Find(OmsWorld.NewName)!.IsRunning, what);
    }

    private static OmsWorld Redone()
    {
        var world = FailingOnce(haOff: true, s => s);
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.RetryOnRestoredData();
        world.RunToSuccess();
        return world;
    }

    private static OmsWorld RolledBackAndAgain()
    {
        var world = new OmsWorld(Setup(haOff: true)).Apply(s => OmsWorld.AsBefore(s, haOff: true));
        world.RunToSuccess();
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunToRolledBack();
        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.Retry();
        world.RunToSuccess();
        return world;
    }

    private static OmsWorld FailingOnce(bool haOff, Func<OmsUpgradeSpec, OmsUpgradeSpec> edit)
    {
        var calls = 0;
        var setup = Setup(haOff);
        setup.Jar = (_, _) => ++calls == 1 ? (3, "failed\n") : (0, "corrected\n");
        return new OmsWorld(setup).Apply(s => edit(OmsWorld.AsBefore(s, haOff)));
    }

    private static WorldSetup Setup(bool haOff) => new()
    {
        RealJson = false,
        PeopleMayStartOld = true,
        HaConfig = haOff ? WorldSetup.HaOff : WorldSetup.PartialHa
    };
}
