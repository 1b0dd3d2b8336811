namespace Drydock.Tests.Unit.Oms;

/// <summary>Where the correction JAR is found, and what its end means.</summary>
public sealed class CorrectionJarTests
{
    private const string Usual = "correction-1.0-SNAPSHOT-jar-with-dependencies.jar";

    public static TheoryData<string> Places =>
    [
        $"/root/{Usual}", $"/{Usual}", $"/home/ds/upgrade/{Usual}", $"/opt/oms/{Usual}", "/root/correction-2.0.jar",
        "/usr/share/oms/lib/correction-1.1.jar",
    ];

    [Theory]
    [MemberData(nameof(Places))]
    public void JAR_is_found_wherever_the_image_has_it(string path) =>
        Succeeds(new OmsWorld(
            new WorldSetup { RealJson = false, ImagePresent = true, JarInImage = path, WorkingDirectory = "/opt/oms" })
            .Apply());

    [Theory]
    [MemberData(nameof(Places))]
    public void JAR_put_in_place_by_first_start_is_only_a_note(string path)
    {
        var world = new OmsWorld(new WorldSetup
        {
            RealJson = false,
            ImagePresent = true,
            JarInImage = null,
            JarAtStart = path,
            WorkingDirectory = "/opt/oms"
        }).Apply();
        Succeeds(world);

        world.Plan.Notes.ShouldContain(n => n.StartsWith(
            "oms-a: The image has no correction JAR in /opt/oms, /root, /, /home/ds/upgrade;", StringComparison.Ordinal)
            && n.Contains("looks for it again"));
        world.Step("PrepareImage/oms-a/contents").Message.ShouldBeWorded();
    }

    [Fact]
    public void JAR_of_loaded_image_is_found_in_running_container()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, JarInImage = null, JarAtStart = $"/{Usual}" })
            .Apply();
        Succeeds(world);

        world.Step("CorrectMetadata/oms-a/jar").State.ShouldBe(StepState.Succeeded);
    }

    [Fact]
    public void Absent_JAR_is_reserved_only_after_it_was_copied()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, JarInImage = null }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");

        (world.ReasonOf("Stalled"), world.Count("jar"), world.Count("jar refused")).ShouldBe(("JarMissing", 0, 0));
        world.Step("CorrectMetadata/oms-a/jar").Receipt.ShouldBeNull("nothing is reserved before the JAR is there");
        world.Status.Message.ShouldBeWorded();

        world.Hosts.ForEach(host => world.New(host.Name)!.Own[$"/root/{Usual}"] = [1]);
        world.Retry();
        Succeeds(world);
        world.Count("restore").ShouldBe(0);
    }

    [Fact]
    public void Archive_without_libraries_beside_the_one_with_them_is_no_choice()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, JarAtStart = "/root/correction-1.0-SNAPSHOT.jar" })
            .Apply();
        world.RunToSuccess();
        (world.Count("jar"), world.Count("jar refused")).ShouldBe((2, 0));
    }

    [Fact]
    public void Two_JARs_in_one_place_are_left_to_the_administrator()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, JarAtStart = "/root/correction-0.9.jar" }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        (world.ReasonOf("Stalled"), world.Count("jar")).ShouldBe(("JarMissing", 0));
        world.Status.Message.ShouldNotBeNull()
            .ShouldContain($"2 correction JARs: /root/correction-0.9.jar, /root/{Usual}");

        world.Hosts.ForEach(host => world.New(host.Name)!.Own.Remove("/root/correction-0.9.jar"));
        world.Retry();
        Succeeds(world);
    }

    [Theory]
    [InlineData("/opt/other/correction.jar", null)]
    [InlineData("correction.jar", "/opt/other")]
    public void Given_path_is_the_only_one(string jarPath, string? workingDir)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, ImagePresent = true });
        world.NewImageContent.Files.Add("/opt/other/correction.jar");
        world.Apply(s => s with { Correction = s.Correction with { JarPath = jarPath, WorkingDir = workingDir } });
        Succeeds(world);
    }

    [Fact]
    public void Given_path_that_the_first_start_fills_is_acknowledged()
    {
        var world = new OmsWorld(new WorldSetup
        {
            RealJson = false,
            ImagePresent = true,
            JarInImage = null,
            JarAtStart = "/opt/oms/correction.jar"
        })
            .Apply(s => s with { Correction = s.Correction with { JarPath = "/opt/oms/correction.jar" } });
        world.RunToStall();
        world.ReasonOf("Stalled").ShouldBe("JarMissing");
        world.Status.Findings.ShouldAllBe(f => f.Message.Contains("JarMissing/"));

        world.EditSpec(s =>
            s with { Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Reasons.JarMissing] } });
        Succeeds(world);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Unopened_JAR_costs_no_restore(bool restarted)
    {
        var closed = true;
        var world = new OmsWorld(new WorldSetup { RealJson = false, JarIsClosed = (_, _) => closed }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        (world.ReasonOf("Stalled"), world.Count("jar"), world.Count("jar refused")).ShouldBe(("JarNotStarted", 0, 1));
        world.Status.Message.ShouldBeWorded();
        world.Status.NextAction.ShouldNotBeNull().ShouldNotContain("estore the snapshot and");
        world.RunFor(TimeSpan.FromHours(1));
        world.Count("jar refused").ShouldBe(1, "nothing is repeated without a token");

        closed = false;
        if (restarted)
        {
            world.Restart();
            world.RunFor(TimeSpan.FromHours(1));
        }

        world.Retry();
        Succeeds(world);
        (world.Count("restore"), world.Count("jar refused"), world.Step("CorrectMetadata/oms-a/jar").Attempt)
            .ShouldBe((0, 1, 2));
    }

    [Fact]
    public void Unopened_JAR_is_tried_once_for_each_token()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, JarIsClosed = static (_, _) => true }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.Retry();
        world.RunUntil(() => world.Count("jar refused") == 2, "the second try");
        world.RunUntil(() => world.Is("Failed"), "failed again");
        world.Restart();
        world.RunFor(TimeSpan.FromHours(1));

        (world.Count("jar refused"), world.Count("restore"), world.Count("jar")).ShouldBe((2, 0, 0));
    }

    [Fact]
    public void Reported_errors_fail_a_run_with_exit_code_0()
    {
        var runs = 0;
        var world = new OmsWorld(new WorldSetup
        {
            RealJson = false,
            Jar = (_, _) =>
                (0, ++runs == 1 ? $"start\n12:00 ERROR cannot merge np_1 with {Canary.MetaPassword}\nend\n" : "fine\n")
        }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        (world.ReasonOf("Stalled"), world.Count("jar")).ShouldBe(("JarReportedErrors", 1));
        world.Status.Message.ShouldBeWorded();

        world.RetryOnRestoredData();
        world.RunToSuccess();
        (world.Count("jar"), world.Count("restore")).ShouldBe((3, 1), "it may have changed data");
        world.Rules.Broken.ShouldBeEmpty();
    }

    private static void Succeeds(OmsWorld world)
    {
        world.RunToSuccess();
        (world.Count("jar"), world.Count("init")).ShouldBe((2, 1));
        world.Rules.Broken.ShouldBeEmpty();
    }
}
