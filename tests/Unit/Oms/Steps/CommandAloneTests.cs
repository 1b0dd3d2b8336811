namespace Drydock.Tests.Unit.Oms;

/// <summary>The correction JAR and docker_init.sh begin only if nothing else works on the same metadata.</summary>
public sealed class CommandAloneTests
{
    [Theory]
    [InlineData("init")]
    [InlineData("jar")]
    public void Command_of_somebody_else_is_waited_for_and_asked_about(string kind)
    {
        var (world, id) = Elsewhere(kind);
        world.Step(id).Message.ShouldBeWorded();
        world.RunFor(TimeSpan.FromMinutes(3));
        world.Count(kind).ShouldBe(0);

        world.Restart();
        End(world, kind);
        world.RunUntil(() => world.Is("Failed"), "asked");
        (world.ReasonOf("Failed"), world.Count(kind)).ShouldBe(("TargetChanged", 0));
        world.Retry();
        world.RunToSuccess();
        (world.Count("jar"), world.Count("init"), world.Count("restore")).ShouldBe((2, 1, 0));
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("init", "error")]
    [InlineData("jar", "error")]
    [InlineData("init", "cut")]
    [InlineData("jar", "cut")]
    [InlineData("init", "restart")]
    [InlineData("jar", "restart")]
    [InlineData("init", "conflict")]
    public void Command_of_somebody_else_is_asked_about_after_a_failed_look(string kind, string disturbance)
    {
        var (world, id) = Elsewhere(kind);
        switch (disturbance)
        {
            case "cut":
                world["oms-b"].Cut(true);
                world.RunFor(TimeSpan.FromSeconds(20));
                break;
            case "conflict":
                var conflicts = 3;
                world.Fates = p => p.IsStatusWrite && conflicts-- > 0 ? Fate.Conflict : Fate.Live;
                goto default;
            default:
                world["oms-b"].FailedSearches = 3;
                world.RunUntil(() => world["oms-b"].FailedSearches < 2, "two looks failed");
                break;
        }

        if (disturbance == "restart")
        {
            world.Restart();
        }

        End(world, kind);
        world["oms-b"].Cut(false);
        world.RunUntil(() => world.Is("Failed") || world.IsOver, "asked");
        (world.ReasonOf("Failed"), world.Count(kind)).ShouldBe(("TargetChanged", 0));
        world.Status.Message.ShouldNotBeNull()
            .ShouldContain(kind == "jar" ? "process 17 in oms_422 on oms-b" : "rm_340 had 1 table with 1 column");

        SecretTouch.Rotated.Apply(world.Api, "new access is no answer");
        world.RunFor(TimeSpan.FromMinutes(5));
        (world.ReasonOf("Failed"), world.Count(kind), world.Step(id).Attempt).ShouldBe(("TargetChanged", 0, 0));
        world.Retry();
        world.RunToSuccess();
        (world.Count("jar"), world.Count("init")).ShouldBe((2, 1));
    }

    [Theory]
    [InlineData("init")]
    [InlineData("jar")]
    public void Failed_look_at_one_host_does_not_hide_a_command_on_another(string kind)
    {
        var world = Held(kind);
        world["oms-a"].FailedSearches = int.MaxValue;
        world.New("oms-b")!.Commands[17] = Command(kind);
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Step(Id(kind)).Reason is not null, "it looks");
        world.Step(Id(kind)).Reason.ShouldBe(Reasons.CommandRunsElsewhere);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Container_that_initialised_itself_is_asked_about(bool accept)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, PeopleMayStartOld = true }).Apply(
            s => s with { HoldBefore = ["InitMetadata"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.New("oms-a")!.Own["/root/init_flag.txt"] = "success"u8.ToArray();
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "asked");
        (world.ReasonOf("Failed"), world.Count("init")).ShouldBe((Reasons.AlreadyInitialized, 0));
        world.Status.Message.ShouldBeWorded();

        if (accept)
        {
            world.Annotate(Annotations.Approve, world.AcceptWord("InitMetadata/oms-a"));
            world.RunUntil(
                () => world.Step("InitMetadata/oms-a").State == Drydock.Crds.Plans.StepState.Succeeded, "accepted");
            world.Count("init").ShouldBe(0);

            world.Old("oms-b").Start();
            world.RunFor(TimeSpan.FromSeconds(5));
            world.Old("oms-b").Stop(0);
            world.RunUntil(
                () => world.ReasonOf("Stalled") == "TargetChanged" && world.Is("Failed"), "the old container ran");
            world.RetryOnRestoredData();
            world.RunUntil(() => world.Count("restore") == 1, "the restore");
            world.RunUntil(() => world.Step("InitMetadata/oms-a").Reason == Reasons.AlreadyInitialized, "asked again");
            world.Count("init").ShouldBe(0, "the script has never run");
            return;
        }

        world.New("oms-a")!.Own.Remove("/root/init_flag.txt");
        world.Retry();
        world.RunToSuccess();
        world.Count("init").ShouldBe(1);
    }

    [Fact]
    public void Docker_init_of_somebody_else_that_changed_no_table_is_only_waited_for()
    {
        var (world, _) = Elsewhere("init");
        world.New("oms-b")!.Commands.Clear();
        world.RunToSuccess();
        (world.Count("init"), world.Rules.Broken.Count).ShouldBe((1, 0));
    }

    [Theory]
    [InlineData("init", "tail -f /root/docker_init.sh")]
    [InlineData("init", "timeout 14 tail -f /root/docker_init.sh")]
    [InlineData("jar", "less /root/docker_init.sh")]
    [InlineData("jar", "grep -- -mupgrade /root/notes")]
    public void Reader_of_the_script_stops_nothing(string kind, string command)
    {
        var world = Held(kind);
        world.New("oms-a")!.Commands[17] = command;
        world.New("oms-b")!.Commands[18] = command;
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunToSuccess();
        (world.Count("jar"), world.Count("init")).ShouldBe((2, 1));
        world.Status.ActionRequired.ShouldNotContain(a => a.Reason == Reasons.TargetChanged);
    }

    [Theory]
    [InlineData("init", false)]
    [InlineData("jar", false)]
    [InlineData("init", true)]
    public void Command_that_somebody_ran_to_its_end_is_found_by_its_tables(string kind, bool rollBack)
    {
        var world = Held(kind);
        world.Metadata.Tables.Add("made_by_hand");
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "asked");
        (world.ReasonOf("Failed"), world.Count(kind)).ShouldBe(("TargetChanged", 0));
        world.Status.Message.ShouldBeWorded();
        world.RunFor(TimeSpan.FromHours(1));
        world.Restart();
        world.RunFor(TimeSpan.FromHours(1));
        world.Count(kind).ShouldBe(0);
        if (rollBack)
        {
            RollbackTests.GoBack(world);
            world.Rules.Broken.ShouldBeEmpty();
            return;
        }

        world.Metadata.Tables.Add("made_after_the_question");
        world.Retry();
        world.RunUntil(
            () => world.Status.Message?.Contains("3 tables", StringComparison.Ordinal) == true && world.Is("Failed"),
            "asked again");
        world.Count(kind).ShouldBe(0);
        world.Retry();
        world.RunToSuccess();
        (world.Count("jar"), world.Count("init"), world.Count("restore")).ShouldBe((2, 1, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Script_that_failed_runs_again_only_on_the_tables_that_it_left(bool byHand)
    {
        var calls = 0;
        var world = new OmsWorld(new WorldSetup
        {
            RealJson = false,
            Init = (_, _) => ++calls == 1 ? (1, "ERROR lost connection\n") : (0, "%marker%")
        }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        if (byHand)
        {
            world.Metadata.Tables.Add("made_by_hand");
            world.Retry();
            world.RunUntil(() => world.ReasonOf("Failed") == "TargetChanged", "asked");
            world.Count("init").ShouldBe(1);
        }

        world.Retry();
        world.RunToSuccess();
        world.Count("init").ShouldBe(2);
    }

    [Fact]
    public void Tables_that_the_new_version_makes_at_its_start_are_no_question()
    {
        var setup = new WorldSetup { RealJson = false };
        var world = new OmsWorld(setup);
        setup.DiesAtStart = container =>
        {
            world.Metadata.Tables.Add($"made_on_{container.Host.Name}");
            return false;
        };
        world.Apply();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Tables_of_a_container_that_initialised_itself_are_accepted_with_it()
    {
        var world = new OmsWorld(
            new WorldSetup { RealJson = false, InitsEveryHost = true, CmNodes = static (_, host) => [host.Ip] })
            .Apply(s => s with { HoldBefore = ["InitMetadata"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.New("oms-a")!.Own["/root/init_flag.txt"] = "success"u8.ToArray();
        world.Metadata.Tables.Add("made_by_itself");
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "asked");
        world.ReasonOf("Failed").ShouldBe(Reasons.AlreadyInitialized);
        world.Annotate(Annotations.Approve, world.AcceptWord("InitMetadata/oms-a"));
        world.RunUntil(() => world.Count("init") == 1 || world.Step("InitMetadata/oms-b").Reason is not null, "oms-b");
        (world.Count("init"), world.Step("InitMetadata/oms-b").Reason).ShouldBe((1, null));
    }

    [Fact]
    public void Command_in_a_paused_container_is_waited_for()
    {
        var world = Held("init");
        var paused = world.New("oms-b")!;
        (paused.IsPaused, paused.Commands[17]) = (true, Command("init"));
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Count("init").ShouldBe(0);
        world.Status.Message.ShouldBeWorded();

        paused.IsPaused = false;
        world.RunUntil(() => world.Step("InitMetadata/oms-a").Reason == Reasons.CommandRunsElsewhere, "it waits");
        world.Count("init").ShouldBe(0);
        paused.Commands.Clear();
        world.RunToSuccess();
        world.Count("init").ShouldBe(1);
    }

    [Fact]
    public void Paused_container_is_named_as_such_and_not_as_stopped()
    {
        var world = Held("jar");
        world.New("oms-b")!.IsPaused = true;
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Stalled"), "refused");
        world.Count("jar").ShouldBe(0);
        world.ReasonOf("Stalled").ShouldBe(Reasons.ComponentsUnhealthy);
        world.Status.Message.ShouldBeWorded();
        world.Status.Message.ShouldNotBeNull().ShouldNotContain("docker start");

        world.New("oms-b")!.IsPaused = false;
        world.Retry();
        world.RunToSuccess();
    }

    // A JAR may have changed nothing but rows.
    private static void End(OmsWorld world, string kind)
    {
        world.New("oms-b")!.Commands.Clear();
        if (kind == "init")
        {
            world.Metadata.Tables.Add("made_by_hand");
        }
    }

    // Somebody runs the command on oms-b while the step of oms-a waits.
    private static (OmsWorld World, string Step) Elsewhere(string kind)
    {
        var world = Held(kind);
        world.New("oms-b")!.Commands[17] = Command(kind);
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Step(Id(kind)).Reason == Reasons.CommandRunsElsewhere, "it waits");
        return (world, Id(kind));
    }

    private static OmsWorld Held(string kind)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { HoldBefore = [kind == "jar" ? "CorrectMetadata" : "InitMetadata"] });
        world.RunUntil(() => world.Is("Held"), "held");
        return world;
    }

    private static string Id(string kind) => kind == "jar" ? "CorrectMetadata/oms-a/jar" : "InitMetadata/oms-a";

    private static string Command(string kind) =>
        kind == "jar"
            ? "java -jar correction-1.0.jar -mupgrade -y/home/admin/conf/config.yaml -ltrue"
            : "bash /root/docker_init.sh";
}
