namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// A correction JAR that is shipped beside the image, and sessions that are ended: what the plan of other tests does
/// not have, disturbed at every write and act.
/// </summary>
public sealed class JarArchiveTests
{
    private const string Place = "/root/correction-9.jar";

    private static readonly byte[] Jar = [.. "PK\u0003\u0004"u8, .. Enumerable.Range(0, 3000).Select(i => (byte)i)];
    private static readonly string Sha256 = Convert.ToHexStringLower(SHA256.HashData(Jar));

    private static readonly Undisturbed Golden = Undisturbed.Run(() => Begin());

    [Fact]
    public void JAR_is_copied_before_the_downtime_and_run_from_there()
    {
        var world = Golden.World;

        world.Hosts.ShouldAllBe(h => Enumerable.SequenceEqual(world.New(h.Name)!.Own[Place], Jar));
        (world.Count("copy"), world.Count("jar"), world.Count("restore")).ShouldBe((2, 2, 0));
        world.Done.FindIndex(a => a.What == "copy").ShouldBeLessThan(world.Done.FindIndex(a => a.What == "stop"));
        world.Step("PrepareImage/oms-a/copy-jar").Message.ShouldNotBeNull().ShouldContain(Sha256);
        world.Step("PrepareImage/oms-a/contents").Parameters.ShouldNotContainKey("sought");
    }

    [Fact]
    public void Run_killed_before_any_write_or_act_ends_golden() => Everywhere(Fate.DieBefore, way: 0);

    [Fact]
    public void Run_killed_after_any_write_or_act_ends_golden() => Everywhere(Fate.DieAfter, way: 1);

    [Fact]
    public void Lost_answer_to_any_write_or_act_ends_golden() => Everywhere(Fate.LostAnswer, way: 2);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void JAR_on_the_hosts_is_copied_from_each(bool withSum)
    {
        var world = New();
        world.Hosts.ForEach(host => host.Files["/srv/correction-9.jar"] = Jar);
        world.Apply(s => s with
        {
            Correction = s.Correction with
            {
                Archive = new OmsArchive { HostPath = "/srv/correction-9.jar", Sha256 = withSum ? Sha256 : null }
            }
        });
        world.RunToSuccess();

        (world.Count("copy"), world.Count("jar")).ShouldBe((2, 2));
        world.Hosts.ShouldAllBe(
            h => Enumerable.SequenceEqual(world.New(h.Name)!.Own[Place], Jar) && h.Containers.Count == 2);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Given_path_says_where_the_JAR_is_put()
    {
        var world = Begin(
            s => s with { Correction = s.Correction with { JarPath = "/home/ds/c.jar", WorkingDir = "/root" } });
        world.RunToSuccess();

        world.New("oms-b")!.Own.Keys.ShouldBe(["/home/ds/c.jar"]);
        world.Count("jar").ShouldBe(2);
    }

    [Fact]
    public void Only_nodes_on_which_the_JAR_runs_get_it()
    {
        var world = New(new WorldSetup { RealJson = false, Regions = 2, JarInImage = null });
        world.Apply(Shipped);
        world.RunToSuccess();

        world.Done.Where(a => a.What == "copy").Select(a => a.Where).ShouldBe(["oms-a", "oms-c"], ignoreOrder: true);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("sum")]
    [InlineData("no JAR")]
    [InlineData("absent")]
    public void Unusable_JAR_is_a_finding(string problem)
    {
        var world = New();
        world.Archives.Files["/jars/correction-9.jar"] = problem == "no JAR" ? [1, 2, 3, 4, 5] : Jar;
        world.Apply(s => Shipped(s) with
        {
            Correction = new CorrectionSpec
            {
                Archive = Shipped(s).Correction.Archive! with
                {
                    Sha256 = problem == "sum" ? new string('a', 64) : null,
                    Path = problem == "absent" ? "other.jar" : "correction-9.jar"
                },
            },
        });
        world.RunToStall();

        world.Status.Findings.ShouldHaveSingleItem().Reason.ShouldBe("JarArchiveUnreadable");
        world.Count("stop").ShouldBe(0);
    }

    [Fact]
    public void JAR_changed_after_preflight_stops_before_the_downtime()
    {
        var world = Begin(s => s with { HoldBefore = ["PrepareImage"] });
        world.RunUntil(() => world.Status.Plan is not null, "planned");
        world.Archives.Files["/jars/correction-9.jar"] = [.. Jar, 1];
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "failed");
        (world.ReasonOf("Stalled"), world.Count("stop")).ShouldBe(("JarArchiveUnreadable", 0));

        world.Archives.Files["/jars/correction-9.jar"] = Jar;
        world.Retry();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Directory_that_the_container_lacks_is_a_failure_with_a_remedy()
    {
        var world = Begin(s => s with { Correction = s.Correction with { JarPath = "/nowhere/c.jar" } });
        world.RunUntil(() => world.Is("Failed"), "failed");

        (world.ReasonOf("Stalled"), world.Count("stop")).ShouldBe(("JarMissing", 0));
        world.Status.Message.ShouldBeWorded();
    }

    private static OmsWorld New(WorldSetup? setup = null)
    {
        var world = new OmsWorld(setup ?? new WorldSetup { RealJson = false, JarInImage = null });
        world.Archives.Files["/jars/correction-9.jar"] = Jar;
        return world;
    }

    private static OmsWorld Begin(Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null)
    {
        var world = New();
        world.Metadata.SessionsStay = true;
        return world.Apply(s => (change ?? (x => x))(Shipped(s)));
    }

    private static OmsUpgradeSpec Shipped(OmsUpgradeSpec spec) => spec with
    {
        Correction = new CorrectionSpec
        {
            Archive = new OmsArchive
            {
                Storage = new StorageSpec { Directory = new DirectoryStorage { Path = "/jars" } },
                Path = "correction-9.jar"
            },
        },
        Backup = spec.Backup with { EndSessions = EndSessionsPolicy.OmsAccount },
    };

    private static void Everywhere(Fate fate, int way) => Cases.Try(
        Golden.World.Points.Where(p => Sample.Takes(p.Number, way, 4)).Select(p => p.Number),
        point => Golden.With(point, fate));
}
