namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// A plan is read in the afternoon and runs at night: what preflight asked is asked again before OMS is changed, and
/// the names of projects once more before the dump.
/// </summary>
public sealed class LastLookTests
{
    public static TheoryData<string> Changes => [.. Happenings.Keys];

    // What may happen while a run is held before the first change, the reason that stops it, and how it is put right.
    private static Dictionary<string, (Action<OmsWorld> Happens, string Reason, Action<OmsWorld> IsRepaired)> Happenings
    {
        get;
    } = new(StringComparer.Ordinal)
    {
        ["a project gets the name of another"] = (w => w.Share(), Reasons.DuplicateProjectNames, w => w.Share("apart")),
        ["the metadata server becomes read-only"] =
            (w => w.Metadata.IsReadOnly = true, Reasons.AccessDenied, w => w.Metadata.IsReadOnly = false),
        ["the account loses privileges"] =
            (w => Grants(w, "GRANT SELECT ON *.* TO 'drc'@'%'"), Reasons.AccessDenied, w => Grants(
                w, "GRANT ALL PRIVILEGES ON *.* TO 'drc'@'%'")),
        ["a host goes offline"] =
            (w => w.Metadata.HostStatus["192.0.2.217"] = "OFFLINE", Reasons.ComponentsUnhealthy, w =>
                w.Metadata.HostStatus.Clear()),
        ["the storage fills"] =
            (w => w.BackupStorage.Free = 1 << 20, Reasons.NoSpace, w => w.BackupStorage.Free = 1L << 40),
        ["the container is created again"] = (Recreate, Reasons.TargetChanged, _ => { }
        ),
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void What_changed_while_held_stops_the_run_before_OMS_is_changed(string what)
    {
        var (happens, reason, isRepaired) = Happenings[what];
        var world = Held(OmsUpgradePhases.DisableHA);
        happens(world);
        world.Approve(OmsUpgradePhases.DisableHA);
        world.RunUntil(() => world.Is("Failed"), "stopped");

        world.ReasonOf("Stalled").ShouldBe(reason);
        world.Status.Message.ShouldBeWorded();
        world.RunFor(TimeSpan.FromMinutes(30));
        world.Done.ShouldNotContain(a => a.What == "ha off" || a.What == "stop" || a.What == "rename");

        isRepaired(world);
        if (reason == Reasons.TargetChanged)
        {
            world.Annotate(Annotations.Abort, "1");
            world.RunUntil(() => world.Status.RollbackPlan is { } back && back.IsDone, "undone");
            world.Retry();
            world.RunUntil(() => world.Is("Held"), "held again");
            world.Approve(OmsUpgradePhases.DisableHA);
        }

        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Finding_is_shown_at_once_and_gone_when_it_is_repaired()
    {
        var world = Held(OmsUpgradePhases.DisableHA);
        world.Metadata.HostStatus["192.0.2.217"] = "OFFLINE";
        world.Approve(OmsUpgradePhases.DisableHA);
        world.RunUntil(
            () => world.Status.Message?.Contains("preflight, which was repeated", StringComparison.Ordinal) == true,
            "shown");
        world.Is("Failed").ShouldBeFalse();

        world.Metadata.HostStatus.Clear();
        world.RunToSuccess();
        world.Step("DisableHA/look").Message.ShouldBeWorded();
    }

    [Fact]
    public void Finding_that_is_acknowledged_now_is_planned_for_by_another_attempt()
    {
        const string Word = "ComponentsUnhealthy/oms-b/host";
        var world = Held(OmsUpgradePhases.DisableHA);
        world.Metadata.HostStatus["192.0.2.217"] = "OFFLINE";
        world.EditSpec(
            s => s with { Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Word] } });
        world.Approve(OmsUpgradePhases.DisableHA);
        world.RunUntil(() => world.Is("Failed"), "stopped");
        world.ReasonOf("Stalled").ShouldBe(Reasons.ComponentsUnhealthy);
        world.Status.Message.ShouldBeWorded(Word);

        world.Annotate(Annotations.Abort, "1");
        world.RunUntil(() => world.Status.RollbackPlan is { } back && back.IsDone, "undone");
        world.EditSpec(s => s with { HoldBefore = [] });
        world.Retry();
        world.RunToSuccess();
        world.Step("Verify/hosts").Message.ShouldBeWorded();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Finding_can_be_accepted()
    {
        var world = Held(OmsUpgradePhases.DisableHA);
        world.BackupStorage.Free = 1 << 20;
        world.Approve(OmsUpgradePhases.DisableHA);
        world.RunUntil(() => world.Is("Failed"), "stopped");
        world.Annotate(Annotations.Approve, world.AcceptWord("DisableHA/look"));
        world.RunUntil(() => world.Count("ha off") == 1, "it continues");

        world.Step("DisableHA/look").Accepted.ShouldNotBeNull().Reason.ShouldBe(Reasons.NoSpace);
    }

    [Fact]
    public void Fresh_answers_are_not_asked_again()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunToSuccess();

        world.Step("DisableHA/look").Message.ShouldBeWorded();
    }

    [Fact]
    public void Old_answers_are_asked_again_without_a_hold()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with { Paused = true });
        world.RunUntil(
            () => world.Status.Message?.StartsWith("Paused before", StringComparison.Ordinal) == true, "paused");
        world.RunFor(TimeSpan.FromMinutes(11));
        world.Metadata.HostStatus["192.0.2.217"] = "OFFLINE";
        world.EditSpec(s => s with { Paused = false });
        world.RunUntil(() => world.Is("Failed"), "stopped");

        world.ReasonOf("Stalled").ShouldBe(Reasons.ComponentsUnhealthy);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Names_that_came_in_the_downtime_stop_before_the_dump_and_an_abort_starts_OMS_again(bool haOff)
    {
        var world = WithSharedNamesInTheDowntime(haOff: haOff);
        world.RunUntil(() => world.Is("Failed"), "stopped");

        world.ReasonOf("Stalled").ShouldBe(Reasons.DuplicateProjectNames);
        world.Status.Step.ShouldBe("Backup/names");
        world.Status.Message.ShouldNotBeNull().ShouldContain("'shared'");
        world.Status.NextAction.ShouldNotBeNull().ShouldContain(Annotations.Abort);
        world.Count("snapshot").ShouldBe(0);

        world.Annotate(Annotations.Abort, "1");
        world.RunUntil(() => world.Status.RollbackPlan is { } back && back.IsDone, "undone");
        world.Hosts.ShouldAllBe(h => world.Old(h.Name).IsRunning);
        world.Status.Message.ShouldBeWorded();
        world.Metadata.IsHighAvailabilityOn.ShouldBe(!haOff);
        world.Rules.Broken.ShouldBeEmpty();

        world.Share("apart");
        world.EditSpec(s => s with { HoldBefore = [] });
        world.Retry();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Names_that_came_in_the_downtime_are_renamed_if_the_spec_says_so(bool fromTheStart)
    {
        var world = WithSharedNamesInTheDowntime(s => fromTheStart ? Renaming(s) : s);
        if (!fromTheStart)
        {
            world.RunUntil(() => world.Is("Failed"), "stopped");
            world.EditSpec(Renaming);
            world.Retry();
        }

        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Metadata.Projects.Count(p => p.Name == "shared").ShouldBe(1);
        var renamed = world.Status.RenamedProjects.ShouldHaveSingleItem();
        (renamed.OldName, world.Done.FindIndex(a => a.What == "rename")).ShouldSatisfyAllConditions(
            r => r.OldName.ShouldBe("shared"),
            r => r.Item2.ShouldBeInRange(
                world.Done.FindLastIndex(a => a.What == "stop"), world.Done.FindIndex(a => a.What == "snapshot")));
    }

    [Fact]
    public void Names_are_left_as_they_are_unless_the_spec_says_Rename()
    {
        var world = WithSharedNamesInTheDowntime();
        world.RunUntil(() => world.Is("Failed"), "stopped");
        world.Retry();
        world.RunFor(TimeSpan.FromMinutes(10));

        (world.Is("Failed"), world.Count("rename"), world.Count("snapshot")).ShouldBe((true, 0, 0));
        world.Share("apart");
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Rollback_gives_back_the_names_that_were_changed_in_the_downtime()
    {
        var world = WithSharedNamesInTheDowntime(Renaming);
        world.RunToSuccess();
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
        world.RunToRolledBack();

        world.Metadata.Projects.Count(p => p.Name == "shared").ShouldBe(2);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void JAR_that_finds_shared_names_is_not_answered_with_a_plain_retry()
    {
        var world = new OmsWorld(new WorldSetup
        {
            RealJson = false,
            Jar = (_, _) => (1, "ERROR duplicate project names: orders x2\ncorrection upgrade failed\n")
        }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Stalled").ShouldBe(Reasons.DuplicateProjectNames);
        world.Status.Message.ShouldBeWorded();
        world.Status.NextAction.ShouldNotBeNull().ShouldStartWith("Roll back: ");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunToRolledBack();
    }

    [Fact]
    public void What_preflight_measured_is_no_part_of_the_hash()
    {
        var worlds = new[]
        {
            Measured(_ => { }),
            Measured(w =>
                (w.Metadata.BeatOffset, w.Metadata.BeatPeriod) = (TimeSpan.FromHours(8), TimeSpan.FromSeconds(10))),
            Measured(w => w.Health.IsClosed = c => c.Host.Name == "oms-a")
        };

        worlds.Select(w => w.Plan.Hash).Distinct().ShouldHaveSingleItem();
        worlds.Select(w => string.Join('\n', w.Plan.Steps.SelectMany(s => s.Planned.Measured
            ?? new Dictionary<string, string>()).Select(m => $"{m}"))).Distinct().Count().ShouldBe(3);
    }

    private static OmsWorld Measured(Action<OmsWorld> change)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        change(world);
        world.Apply(s => s with { Approval = ApprovalPolicy.Manual });
        world.RunUntil(() => world.HasPlan, "planned");
        return world;
    }

    private static OmsUpgradeSpec Renaming(OmsUpgradeSpec spec) =>
        spec with { Preflight = spec.Preflight with { DuplicateProjectNames = DuplicateNamePolicy.Rename } };

    private static OmsWorld Held(string phase, Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null, bool haOff = false)
    {
        var world = new OmsWorld(
            new WorldSetup { RealJson = false, HaConfig = haOff ? WorldSetup.HaOff : WorldSetup.PartialHa })
            .Apply(s => OmsWorld.AsBefore((change ?? (x => x))(s), haOff) with { HoldBefore = [phase] });
        world.RunUntil(() => world.Is("Held"), "held");
        return world;
    }

    private static OmsWorld WithSharedNamesInTheDowntime(
        Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null, bool haOff = false)
    {
        var world = Held(OmsUpgradePhases.StopOld, change, haOff);
        world.InTheDowntime(() => world.Approve(OmsUpgradePhases.StopOld), () => world.Share());
        return world;
    }

    private static void Grants(OmsWorld world, string grant)
    {
        world.Metadata.Grants.Clear();
        world.Metadata.Grants.Add(grant);
    }

    // As `docker compose up --force-recreate` does.
    private static void Recreate(OmsWorld world)
    {
        var (host, old) = (world["oms-b"], world.Old("oms-b"));
        var again = new WorldContainer(world, host, old.Name, old.Image, old.Config, old.HostConfig);
        old.Stop(0);
        host.Containers.Remove(old);
        host.Containers.Add(again);
        again.Start();
    }
}
