namespace Drydock.Tests.Unit.Oms;

/// <summary>Sessions on the metadata databases while OMS is stopped.</summary>
public sealed class SessionsTests
{
    private const string Waits = "Backup/no-sessions";

    private static readonly MetadataSession Shell = new(77, "alice", "desk.example:5123", "rm_340", "Sleep", 125);

    [Theory]
    [InlineData(null, 5)]
    [InlineData("2m", 2)]
    public void Forgotten_shell_is_named_at_once_and_limits_the_wait(string? limit, int minutes)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.OtherSessions.Add(Shell);
        world.Apply(s => limit is null ? s : s with { Timeouts = s.Timeouts with { NoSessions = limit } });
        world.RunUntil(
            () => world.Status.Plan?.Step(Waits)?.Message?.Contains("77 ", StringComparison.Ordinal) == true, "named");
        var named = world.Time.GetUtcNow();
        (named - world.Hosts.Max(h => world.Old(h.Name).FinishedAt!.Value)).ShouldBeLessThan(TimeSpan.FromSeconds(10));
        world.Step(Waits).Message.ShouldBeWorded();

        world.RunUntil(() => world.Is("Failed"), "failed");
        world.ReasonOf("Stalled").ShouldBe("StepTimeout");
        (world.Time.GetUtcNow() - named).ShouldBeInRange(
            TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(5),
            TimeSpan.FromMinutes(minutes) + TimeSpan.FromSeconds(40));
        (world.Count("trim"), world.Count("snapshot"), world.Count("kill")).ShouldBe((0, 0, 0));

        world.Metadata.OtherSessions.Clear();
        world.Retry();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Account_without_PROCESS_is_asked_about_and_named_by_the_wait(bool hasProcess)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.Grants[0] =
            $"GRANT {(hasProcess ? "PROCESS, " : "")}SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, SHOW "
            + "VIEW, CREATE VIEW, TRIGGER, EVENT, CREATE ROUTINE, LOCK TABLES ON *.* TO `drc`@`%`";
        world.Apply();
        if (!hasProcess)
        {
            world.RunUntil(() => world.Is("Stalled"), "asked");
            var finding = world.Status.Findings.ShouldHaveSingleItem();
            (finding.Reason, finding.Acknowledge).ShouldBe((Reasons.SessionsHidden, "SessionsHidden"));
            finding.Message.ShouldBeWorded();
            world.EditSpec(s => s with
            {
                Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, "SessionsHidden"] }
            });
        }

        world.RunToSuccess();
        world.Step(Waits).Message.ShouldBe(hasProcess
            ? "No other session uses the metadata databases."
            : "No other session that this account may see (it lacks PROCESS) uses the metadata databases.");
    }

    [Fact]
    public void Preflight_notes_sessions_of_other_accounts()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.OtherSessions.Add(Shell);
        world.Apply(s => s with { Approval = ApprovalPolicy.Manual });
        world.RunUntil(() => world.HasPlan, "planned");

        world.Plan.Notes.Single(n => n.Contains("Sessions of others")).ShouldBeWorded();
    }

    [Fact]
    public void Sessions_of_the_OMS_account_are_left_alone_by_default()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.Metadata.SessionsStay = true;
        world.RunUntil(() => world.Is("Failed"), "failed");

        (world.ReasonOf("Stalled"), world.Count("kill")).ShouldBe(("StepTimeout", 0));
        world.Status.Message.ShouldBeWorded();
    }

    [Fact]
    public void OMS_sessions_are_ended_after_a_grace_and_recorded()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.SessionsStay = true;
        world.Metadata.OtherSessions.Add(Shell);
        world.Apply(s => s with { Backup = s.Backup with { EndSessions = EndSessionsPolicy.OmsAccount } });
        world.RunUntil(() => world.Status.Plan?.Step(Waits)?.State == StepState.Running, "the shell is waited for");

        var ended = world.Done.Single(a => a.What == "kill");
        (ended.At - world.Hosts.Max(h => world.Old(h.Name).FinishedAt!.Value))
            .ShouldBeInRange(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(35));
        var step = world.Step("Backup/end-sessions");
        step.Message.ShouldNotBeNull().ShouldStartWith("Ended: ");
        ended.Where.Split(',').ShouldAllBe(id => step.Receipt!["sessions"].Contains($"{id} (drc@192.0.2."));
        world.Metadata.OtherSessions.ShouldHaveSingleItem("sessions of other accounts are never ended");

        world.Metadata.OtherSessions.Clear();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Client_that_connects_again_is_not_fought()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { Backup = s.Backup with { EndSessions = EndSessionsPolicy.OmsAccount } });
        world.Metadata.SessionsStay = true;
        world.RunUntil(() => world.Count("kill") == 1, "ended");
        world.Metadata.OtherSessions.Add(new MetadataSession(5000, "drc", "proxy:1", "cm_340", "Sleep"));
        world.RunUntil(() => world.Is("Failed"), "failed");

        (world.Step("Backup/end-sessions").State, world.Step(Waits).State, world.Count("kill"))
            .ShouldBe((StepState.Succeeded, StepState.Failed, 1));
        world.ReasonOf("Stalled").ShouldBe(Reasons.StepTimeout);
        world.Status.Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData("drc", "drc")]
    [InlineData("root@sys#obcluster", "root")]
    [InlineData("root@oms", "root")]
    [InlineData("obcluster:oms:admin", "admin")]
    [InlineData("a:b", "a:b")]
    public void Account_has_the_name_that_the_server_knows(string user, string expected) =>
        OmsConfig.AccountOf(user).ShouldBe(expected);

    [Fact]
    public void Lock_of_a_long_database_name_fits_the_server()
    {
        var name = new string('d', 64);

        MetadataLocks.Of("drydock.trim.", "cm_hb_340").ShouldBe("drydock.trim.cm_hb_340");
        MetadataLocks.Of("drydock.trim.", name).Length.ShouldBeLessThanOrEqualTo(64);
        MetadataLocks.Of("drydock.trim.", name).ShouldNotBe(MetadataLocks.Of("drydock.trim.", name[1..] + "e"));
    }
}
