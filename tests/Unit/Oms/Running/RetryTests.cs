namespace Drydock.Tests.Unit.Oms;

/// <summary>What fails, and what a retry token may do about it.</summary>
public sealed class RetryTests
{
    [Fact]
    public void JAR_runs_again_only_after_token_and_restore()
    {
        var world = new OmsWorld(new WorldSetup { Jar = static (_, _) => (1, "Exception in thread main\n") }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        (world.Is("Stalled"), world.ReasonOf("Stalled"), world.Status.Phase)
            .ShouldBe((true, "RestoreRequired", "Failed"));
        world.Status.Message.ShouldNotBeNull().ShouldContain("oms-a");
        world.RunUntil(
            () => world.Status.Message?.Contains(
                "up-00000003-correctmetadata-oms-a-jar-", StringComparison.Ordinal) == true,
            "its output is kept");

        world.Status.Message.ShouldBeWorded();
        world.RunFor(TimeSpan.FromHours(1));
        world.Count("jar").ShouldBe(1);

        world.Annotate(Annotations.Retry, world.RestoreWord);
        world.RunUntil(() => world.Count("jar") == 2, "the second run");
        world.Count("restore").ShouldBe(1);
        world.RunUntil(() => world.Is("Failed"), "failed again");
        world.Restart();
        world.RunFor(TimeSpan.FromHours(1));

        (world.Count("jar"), world.Count("restore")).ShouldBe((2, 1), "one token, one more run");
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Failed_docker_init_sh_is_repeated_once_for_each_token()
    {
        var runs = 0;
        var world = new OmsWorld(
            new WorldSetup { Init = (_, _) => ++runs <= 2 ? (1, "# 【步骤二】创建 OMS 元信息库\n") : (0, "%marker%") }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.ReasonOf("Stalled").ShouldBe("MarkerMissing");
        world.RunFor(TimeSpan.FromHours(1));
        world.Count("init").ShouldBe(1);

        var one = world.RetryWord;
        world.Annotate(Annotations.Retry, one);
        world.RunUntil(() => world.Count("init") == 2, "the second run");
        world.RunUntil(() => world.Is("Failed"), "failed again");
        world.Restart();
        world.RunFor(TimeSpan.FromHours(1));
        world.Count("init").ShouldBe(2);

        var two = world.RetryWord;
        world.Annotate(Annotations.Retry, two);
        world.RunToSuccess();
        world.Count("init").ShouldBe(3);
        world.Count("jar").ShouldBe(2);
        world.Step("InitMetadata/oms-a").Attempt.ShouldBe(3);
        world.Status.UsedTokens.Select(t => t.Token).ShouldBe([one, two]);
        world.Status.Attempts.Select(a => a.Token).ShouldBe([one, two]);
    }

    [Fact]
    public void Half_migrated_schema_is_restored_before_docker_init_sh_runs_again()
    {
        var runs = 0;
        var world = new OmsWorld(new WorldSetup
        {
            Init = (_, _) => ++runs == 1 ? (1, "# 【步骤二】创建 OMS 元信息库\nERROR 1060 (42S21): Duplicate column name "
                + $"'priority' for {Canary.MetaPassword}\n") : (0, "%marker%")
        }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Stalled").ShouldBe("RestoreRequired");
        world.Status.Message.ShouldBeWorded();
        world.Status.Message.ShouldNotContain(Canary.MetaPassword);
        world.Status.NextAction.ShouldBeWorded(world.RestoreWord);

        world.RetryOnRestoredData();
        world.RunToSuccess();
        (world.Count("init"), world.Count("restore"), world.Count("jar")).ShouldBe((2, 1, 4));
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Failed_command_quotes_the_end_of_its_output()
    {
        var world = new OmsWorld(new WorldSetup
        {
            Jar = static (_, _) => (1, "start\nCaused by: java.sql.SQLException: Access denied for "
                + $"{Canary.MetaPassword}\n\tat a.B.c(B.java:1)\nbye\n")
        }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Stalled").ShouldBe(Reasons.RestoreRequired);
        world.Status.Message.ShouldBeWorded();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Marker_with_another_exit_code_succeeds_with_a_warning()
    {
        var world = new OmsWorld(new WorldSetup { Init = static (_, _) => (3, "%marker%") }).Apply();
        world.RunToSuccess();

        world.Count("init").ShouldBe(1);
        world.Status.ActionRequired.ShouldContain(a => a.Reason == "InitializedWithWarning" && a.Subject == "oms-a");
    }

    [Fact]
    public void Marker_of_earlier_installation_does_not_count()
    {
        var world = new OmsWorld(new WorldSetup { Init = static (_, _) => (0, "nothing\n") }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Stalled").ShouldBe("MarkerMissing");
        world.Hosts[0].Files.Keys.ShouldContain("/data/oms/logs/docker_init.log");
    }

    [Fact]
    public void Retry_token_set_before_failure_repeats_nothing()
    {
        var world = new OmsWorld(new WorldSetup { Init = static (_, _) => (1, "no\n") }).Apply();
        world.Annotate(Annotations.Retry, "early");
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.RunFor(TimeSpan.FromHours(1));

        world.Count("init").ShouldBe(1);
    }

    [Fact]
    public void Failed_dump_is_repeated_under_another_name()
    {
        var world = new OmsWorld().Apply();
        world.Snapshots.Failures.Enqueue("the dump has no trailer");
        world.RunToSuccess();

        world.Count("snapshot").ShouldBe(2);
        world.Status.SnapshotRef!.Name.ShouldBe(OmsWorld.Made(world.Status.Plan, 2));
        world.Rules.Broken.ShouldBeEmpty();
        world.Events.All.ShouldContain(
            e => e.IsWarning && e.Reason == "StepRetried" && e.Message.Contains("no trailer"));
    }

    [Fact]
    public void Failure_of_every_dump_starts_no_new_container()
    {
        var world = new OmsWorld().Apply();
        for (var i = 0; i < 3; i++)
        {
            world.Snapshots.Failures.Enqueue("mysqldump ended with 2");
        }

        world.RunUntil(() => world.Is("Failed"), "failed");
        world.ReasonOf("Stalled").ShouldBe("SnapshotFailed");
        world.RunFor(TimeSpan.FromHours(1));
        (world.Count("snapshot"), world.Count("start")).ShouldBe((3, 0));

        world.Retry();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Program_in_FATAL_is_started_once_and_may_be_repaired()
    {
        var broken = true;
        var world = new OmsWorld(new WorldSetup
        {
            ProgramDies = (c, p) => broken && c.Host.Name == "oms-b" && c.IsUpgrade && p == "oms_drc_cm"
        }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.ReasonOf("Stalled").ShouldBe("ComponentsUnhealthy");
        world.Status.Message.ShouldNotBeNull().ShouldContain("oms_drc_cm FATAL");
        world.Count("start oms_drc_cm", "oms-b").ShouldBe(1);
        world.Count("jar").ShouldBe(0);

        broken = false;
        world.New("oms-b")!.StartProgram("oms_drc_cm");
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void New_container_that_dies_at_start_stops_the_upgrade()
    {
        var world = new OmsWorld(new WorldSetup { DiesAtStart = c => c.IsUpgrade && c.Host.Name == "oms-b" }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.Status.Message.ShouldNotBeNull().ShouldContain("oms-b");
        world.RunFor(TimeSpan.FromHours(1));
        world.Count("jar").ShouldBe(0);
        world.Plan.Steps.ShouldAllBe(s => s.Phase != "CorrectMetadata" || s.State == StepState.Pending);
    }
}
