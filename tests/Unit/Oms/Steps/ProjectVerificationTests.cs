using static Drydock.Tests.Unit.Fakes.ProjectWorlds;

namespace Drydock.Tests.Unit.Oms;

/// <summary>After the upgrade: compared, watched, listed; never a failure of the upgrade.</summary>
public sealed class ProjectVerificationTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Unchanged_recovered_projects_need_no_action(bool apiBefore)
    {
        var world = apiBefore ? WithApiBefore() : WithApiAfter();
        world.RunToSuccess();

        world.Verified().Reason.ShouldBe(Reasons.Done);
        world.Step("Settle/components").Message.ShouldBeWorded();
        world.Status.ActionRequired.ShouldNotContain(a => a.Subject.Contains("np_1"));
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Upgrade_waits_until_high_availability_recovers_links()
    {
        var world = WithApiBefore(w => w.Console.HealsAfter = TimeSpan.FromMinutes(9));
        world.RunUntil(
            () => world.Status.Plan?.Steps.Find(s => s.Id == "Settle/components")
                is { State: StepState.Running, Message: not null },
            "watching");
        world.Step("Settle/components").Message.ShouldBeWorded();
        world.Verified().Reason.ShouldBe(Reasons.Done, "the status of the projects is as before");

        world.RunToSuccess();
        var components = world.Step("Settle/components");
        (components.FinishedAt - world.Status.Times!.T2).ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.FromMinutes(8));
    }

    [Fact]
    public void Rollback_does_not_wait_for_watched_links()
    {
        var world = WithApiBefore(w => w.Console.HealsAfter = TimeSpan.FromMinutes(9));
        world.RunUntil(
            () => world.Status.Plan?.Steps.Find(s => s.Id == "Settle/components") is { State: StepState.Running },
            "watching");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });

        world.RunUntil(() => world.Status.RollbackPlan is not null, "the way back", within: TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Unrecovered_links_are_listed_and_upgrade_succeeds()
    {
        var world = WithApiBefore(w =>
        {
            w.Console["np_1"].NeverHeals = true;
            w.Console["np_1"].FullImport = "FAILED";
        });
        world.Console["np_1"].FullImport = "RUNNING";
        world.RunUntil(() => world.Status.Plan is not null, "planned");
        world.Console["np_1"].FullImport = "ABNORMAL";
        world.RunToSuccess();

        world.Is("Succeeded").ShouldBeTrue();
        world.Verified().Reason.ShouldBe(Reasons.ProjectsDiffer);
        var items = world.Status.ActionRequired.Where(a => a.Subject == "orders (np_1)").ToList();
        items.ShouldAllBe(a => a.Reason == Reasons.ComponentsUnhealthy);
        items.ShouldContain(
            a => a.Message.Contains("Incr-Sync is ABNORMAL") && a.Message.Contains("did not recover the links"));
        items.ShouldContain(
            a => a.Message.Contains("Full-Import is ABNORMAL") && a.Message.Contains("Resume it in the console"));
    }

    [Fact]
    public void Abnormal_links_are_listed_when_high_availability_is_off()
    {
        var world = WithApiBefore(
            w => w.Metadata.HaConfig = """{"enable":false}""",
            s => s with
            {
                HighAvailability = s.HighAvailability with { AfterUpgrade = HighAvailabilityAfterUpgrade.AsBefore }
            });
        world.RunToSuccess();

        world.Status.ActionRequired.ShouldContain(a => a.Subject.Contains("orders (np_1)")
            && a.Reason == Reasons.ComponentsUnhealthy && a.Message.Contains("High availability is off"));
    }

    [Theory]
    [InlineData("SUSPEND", "are suspended now. Resume them in the console.")]
    [InlineData("FAILED", "check the error in the console first")]
    public void Project_stopped_by_upgrade_is_listed_for_resuming(string status, string remedy)
    {
        var world = WithApiBefore(w => w.Console["np_1"].StatusAfterUpgrade = status);
        world.RunToSuccess();

        var item = world.Status.ActionRequired.Where(a => a.Subject == "orders (np_1)").ShouldHaveSingleItem();
        item.Reason.ShouldBe(Reasons.ProjectNotResumed);
        item.Message.ShouldContain(remedy);
        item.Message.ShouldBeWorded();
        world.Verified().Reason.ShouldBe(Reasons.ProjectsDiffer);
        world.Console["np_1"].Status.ShouldBe(status, "the operator resumes nothing");
    }

    [Fact]
    public void Project_resumed_before_the_end_is_not_listed()
    {
        var world = WithApiBefore(w => w.Console["np_1"].StatusAfterUpgrade = "SUSPEND");
        world.RunUntil(
            () => world.Status.Plan?.Steps.Find(s => s.Id == "Settle/components") is { State: StepState.Running },
            "watching");
        world.Verified().Reason.ShouldBe(Reasons.ProjectsDiffer);
        world.Console["np_1"].Status = "RUNNING";
        world.RunToSuccess();

        world.Status.ActionRequired.ShouldNotContain(a => a.Subject.Contains("np_1"));
        world.Verified().Reason.ShouldBe(Reasons.Done);
    }

    [Theory]
    [InlineData("SUSPEND")]
    [InlineData("FAILED")]
    [InlineData("INIT")]
    public void Project_stopped_before_upgrade_is_not_listed_for_resuming(string status)
    {
        var world = WithApiBefore(w =>
        {
            w.Console["np_1"].Status = status;
            w.Console["sp_1"].Status = status;
        });
        world.RunToSuccess();

        world.Status.ActionRequired.ShouldNotContain(a => a.Reason == Reasons.ProjectNotResumed);
    }

    [Fact]
    public void Changed_projects_are_listed_and_upgrade_succeeds()
    {
        var world = WithApiBefore();
        world.RunUntil(() => world.IsPast("StartNew"), "the new version runs");
        world.Console.Projects.RemoveAll(p => p.Id == "sp_1");
        world.Console["np_2"].Status = "FAILED";
        world.RunToSuccess();

        world.Verified().Reason.ShouldBe(Reasons.ProjectsDiffer);
        world.Status.ActionRequired.ShouldContain(a => a.Reason == Reasons.ReviewProject
            && a.Subject == "billing (sp_1)" && a.Message.Contains("not found any more"));
        world.Status.ActionRequired.ShouldContain(a => a.Reason == Reasons.ReviewProject && a.Subject == "old (np_2)"
            && a.Message.Contains("was FINISHED before the upgrade and is FAILED now"));
    }

    [Fact]
    public void Projects_with_other_ids_in_API_are_found_by_name()
    {
        var world = WithApiAfter(w => w.Console.Projects.ForEach(p => p.Id = "api_" + p.Id));
        world.RunToSuccess();

        world.Verified().Reason.ShouldBe(Reasons.Done);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Lost_API_after_upgrade_leaves_projects_unverified(bool unreachable)
    {
        var world = WithApiBefore();
        world.RunUntil(() => world.IsPast("StartNew"), "the new version runs");
        (world.Console.IsReachable, world.Console.Password) =
            unreachable ? (false, world.Console.Password) : (true, "expired");
        world.RunToSuccess();

        world.Verified().Reason.ShouldBe(Reasons.Unverifiable);
        world.Status.ActionRequired.ShouldContain(
            a => a.Reason == Reasons.ReviewProject && a.Message.Contains("could not be watched through the API"));
        world.Status.ActionRequired.ShouldContain(
            a => a.Subject == "orders (np_1)", "what is known of such projects in general is said");
    }

    [Fact]
    public void Missing_credentials_leave_projects_unverified()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();

        world.Verified().Reason.ShouldBe(Reasons.Unverifiable);
        world.Plan.Steps.ShouldNotContain(s => s.Id == "Settle/components");
        world.Status.ActionRequired.ShouldContain(
            a => a.Reason == Reasons.ReviewProject && a.Subject == "orders (np_1)");
    }

    [Theory]
    [InlineData("RUNNING", Reasons.Done)]
    [InlineData("FAILED", Reasons.ProjectsDiffer)]
    public void Projects_below_4_0_1_are_compared_through_tables(string after, string reason)
    {
        var world = new OmsWorld(new WorldSetup
        {
            Community = true,
            FromVersion = "3.3.0",
            ToVersion = "3.3.1",
            Nodes = 1,
            NeedsJar = false,
            HaConfig = null,
            InitBringsHaConfig = """{"enable":false}"""
        }).Apply();
        world.RunUntil(() => world.IsPast("StartNew"), "the new version runs");
        world.Metadata.Projects[0] = world.Metadata.Projects[0] with { Status = after };
        world.RunToSuccess();

        world.Verified().Reason.ShouldBe(reason);
        world.Step("Verify/projects").Message!.ShouldContain("the tables");
        world.Status.ActionRequired.Any(a => a.Message.Contains("was RUNNING before the upgrade and is FAILED now"))
            .ShouldBe(after == "FAILED");
        world.Status.ActionRequired.ShouldContain(
            a => a.Subject == "orders (np_1)" && a.Message.StartsWith("Each of these migration projects was running"),
            "links are not watched without the API");
    }
}
