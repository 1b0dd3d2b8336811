namespace Drydock.Tests.Unit.Oms;

/// <summary>What the web server of a node answers in its container: the health endpoint and the console.</summary>
public sealed class ServingTests
{
    private static readonly WorldSetup Quick = new() { RealJson = false };

    private static readonly WorldSetup From421 =
        new() { RealJson = false, Community = true, FromVersion = "4.2.1", ToVersion = "4.2.2", NeedsJar = false };

    [Theory]
    [InlineData(404, "<html>404</html>")]
    [InlineData(302, "")]
    [InlineData(401, "")]
    [InlineData(403, "{}")]
    [InlineData(200, "<html><title>OMS</title></html>")]
    [InlineData(200, """{"success":false,"data":{"healthy":"no"}}""")]
    [InlineData(503, "<html>Service Unavailable</html>")]
    public void Answer_that_says_nothing_of_health_is_never_a_gate(int status, string body)
    {
        var world = new OmsWorld(Quick);
        world.Health.Endpoint = _ => (status, body);
        world.Apply();
        world.RunToSuccess();

        NoEndpoint(world, "oms-a");
    }

    [Fact]
    public void Closed_port_costs_its_own_short_time_only()
    {
        var world = new OmsWorld(Quick);
        world.Health.IsClosed = c => c.Name == OmsWorld.NewName;
        world.Apply();
        world.RunToSuccess();

        NoEndpoint(world, "oms-b").ShouldBeWorded();
    }

    [Fact]
    public void Container_without_curl_is_upgraded_all_the_same()
    {
        var world = new OmsWorld(Quick);
        world.Health.LacksCurl = _ => true;
        world.Apply();
        world.RunToSuccess();

        NoEndpoint(world, "oms-a").ShouldContain("no curl");
        world.Plan.Notes.ShouldContain(n => n.Contains("The console of oms-b did not answer in preflight"));
        world.Step("EnableHA/oms-a/restart-console").As<RestartConsole>().Port.ShouldBeNull();
    }

    [Fact]
    public void Health_endpoint_that_says_unhealthy_holds_the_upgrade()
    {
        var world = new OmsWorld(Quick);
        var healthy = false;
        world.Health.Endpoint = _ => (200, $$$"""{"data":{"healthy":{{{(healthy ? "true" : "false")}}}}}""");
        world.Apply();
        world.RunUntil(
            () => world.Status.Plan?.Step("Verify/oms-a/health")?.Message
                ?.Contains("not healthy", StringComparison.Ordinal) == true,
            "it waits");
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Step("Verify/oms-a/health").State.ShouldBe(StepState.Running);

        healthy = true;
        world.RunToSuccess();
    }

    [Fact]
    public void System_that_was_unhealthy_before_is_no_failure_after()
    {
        var world = new OmsWorld(From421);
        world.Health.Endpoint = _ => (200, """{"data":{"healthy":false}}""");
        world.Apply();
        world.RunToSuccess();

        world.Plan.Notes.ShouldContain(n => n.Contains("The health endpoint of oms-a says before the upgrade"));
        world.Step("Verify/oms-a/health").Message.ShouldBeWorded();
    }

    [Fact]
    public void Next_console_is_restarted_only_when_the_last_one_serves()
    {
        var world = new OmsWorld(Quick with { ConsoleTakes = TimeSpan.FromSeconds(40), Nodes = 3 });
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Step("EnableHA/oms-a/restart-console").Message.ShouldBeWorded();
        var restarts = world.Done.Where(a => a.What == "restart oms_console").Select(a => a.At).ToList();
        restarts.Count.ShouldBe(6);
        (restarts[1] - restarts[0]).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(40));
    }

    [Fact]
    public void Console_that_never_serves_again_is_a_note()
    {
        var world = new OmsWorld(Quick);
        world.Health.IsClosed = c => c.Name == OmsWorld.OldName && world.Count("restart oms_console") > 0;
        world.Apply();
        world.RunToSuccess();

        world.Step("DisableHA/oms-a/restart-console").Message.ShouldBeWorded();
    }

    [Fact]
    public void Console_that_has_failed_is_not_started_for_the_JAR()
    {
        OmsWorld? world = null;
        world = new OmsWorld(Quick with
        {
            ConsoleRunsBeforeInit = _ => true,
            ProgramDies = (container, program) => program == "oms_console" && container.Name == OmsWorld.NewName
                && world!.Count("init") == 0,
        }).Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("stop oms_console")).ShouldBe((2, 0));
        world.Step("CorrectMetadata/oms-a/stop-console").Message.ShouldBeWorded();
        world.Plan.Step("InitMetadata/oms-a/programs").ShouldNotBeNull().After.ShouldBe(["CorrectMetadata/oms-b/jar"]);
    }

    [Fact]
    public void Console_that_has_exited_is_left_alone()
    {
        var world = new OmsWorld(Quick).Apply();
        world.RunUntil(
            () => world.Status.Plan?.Step("StartNew/oms-a/supervisor")?.State == StepState.Succeeded, "it starts");
        world.New("oms-a")!.Console.State = "EXITED";
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Step("CorrectMetadata/oms-a/stop-console").Message.ShouldBeWorded();
    }

    private static string NoEndpoint(OmsWorld world, string node)
    {
        var step = world.Step($"Verify/{node}/health");
        world.Rules.Broken.ShouldBeEmpty();
        (step.FinishedAt!.Value - step.StartedAt!.Value).ShouldBeLessThan(TimeSpan.FromSeconds(40));
        return step.Message.ShouldNotBeNull().ShouldStartWithText("There is no health endpoint: ");
    }
}

file static class Texts
{
    public static string ShouldStartWithText(this string text, string start)
    {
        text.ShouldStartWith(start);
        return text;
    }
}
