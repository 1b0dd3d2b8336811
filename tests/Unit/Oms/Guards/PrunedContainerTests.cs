namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// A nightly prune removes the created new container, and its image: nothing ran in it, so both are made again, with
/// the same options, before anything relies on them.
/// </summary>
public sealed class PrunedContainerTests
{
    private static readonly Undisturbed Golden = Undisturbed.Run(() => Begin());

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Container_that_was_pruned_before_its_start_is_created_again_at_every_step(bool withImage, bool isDead)
    {
        var points = Golden.World.Points;
        var from = points.Last(p => p.What.StartsWith("create ", StringComparison.Ordinal)).Number;
        var to = points.First(p => p.What.StartsWith("start oms-b", StringComparison.Ordinal)).Number;
        Cases.Try(
            points.Where(
                p => p.Number > from && p.Number < to && Sample.Takes(p.Number, isDead ? 2 : withImage ? 1 : 0, 2)),
            point =>
            {
                var world = Begin();
                world.RunUntil(
                    () => world.Points.Count >= point.Number && world.New("oms-b") is { Status: "created" },
                    point.What);
                var made = world.New("oms-b")!;
                Prune(world, withImage, isDead);
                world.RunToSuccess();

                world.Rules.Broken.ShouldBeEmpty(point.What);
                (world.Count("create", "oms-b"), world.Count("create", "oms-a"), world.Count("start"), world.Count(
                    "snapshot")).ShouldBe((2, 1, 2, 1), point.What);
                (world.New("oms-b")!.Image.Id, world.New("oms-b")!.HostConfig.Binds, world.New("oms-b")!.Config.Env)
                    .ShouldBe((made.Image.Id, made.HostConfig.Binds, made.Config.Env), point.What);
                world.Plan.Guards.Single(g => g.Id == "ContainerIsAsPlanned/oms-b").Record.Violations
                    .ShouldHaveSingleItem().Message.ShouldContain("removed before it was started");
            });
    }

    [Theory]
    [InlineData("DisableHA", true)]
    [InlineData("StopOld", true)]
    [InlineData("StopOld", false)]
    [InlineData("StartNew", true)]
    [InlineData("StartNew", false)]
    public void Container_that_was_pruned_while_the_run_was_held_or_paused_is_there_before_the_next_phase(
        string hold, bool isPaused)
    {
        var world = Begin(s => s with { HoldBefore = [hold] });
        world.RunUntil(() => world.Is("Held"), "held");
        if (isPaused)
        {
            world.EditSpec(s => s with { Paused = true });
            world.RunFor(TimeSpan.FromHours(1));
        }

        Prune(world, withImage: true, isDead: true, () => world.EditSpec(
            s => s with { HoldBefore = isPaused ? s.HoldBefore : [] }));
        world.RunFor(TimeSpan.FromMinutes(isPaused ? 5 : 0));
        world.EditSpec(s => s with { HoldBefore = [], Paused = false });
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        var acts = world.Done.ConvertAll(a => a.ToString());
        var next = hold switch { "DisableHA" => "ha off rm_340", "StopOld" => "stop oms-a", _ => "start oms-b" };
        acts.IndexOf(next).ShouldBeGreaterThan(acts.LastIndexOf("create oms-b"), string.Join(", ", acts));
        (world.Step("StartNew/oms-b").Attempt, world.Step("StartNew/oms-b").Failures).ShouldBe((1, 0));
    }

    [Theory]
    [InlineData("StopOld", "stop")]
    [InlineData("StartNew", "start")]
    public void Nothing_is_stopped_or_started_while_the_pruned_image_cannot_be_loaded_again(string hold, string act)
    {
        var world = Begin(s => s with { HoldBefore = [hold] });
        world.RunUntil(() => world.Is("Held"), "held");
        var archive = world.Archives.Files.Single();
        world.Archives.Files[archive.Key] = [1];
        Prune(world, withImage: true, isDead: true, () => world.EditSpec(s => s with { HoldBefore = [] }));
        world.RunToStall();
        (world.Count(act, "oms-b"), world.Step($"{hold}/oms-b").Attempt).ShouldBe((0, 0));

        world.Archives.Files[archive.Key] = archive.Value;
        world.Retry();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Container_that_was_removed_after_its_start_is_not_created_again()
    {
        var world = Begin();
        world.RunUntil(() => world.Count("jar", "oms-a") == 1, "the first JAR");
        world.New("oms-b")!.Stop(0);
        world.Remove(world.New("oms-b")!);
        world.RunToStall();

        world.Count("create").ShouldBe(2);
        world.ReasonOf("Stalled").ShouldBe(Reasons.TargetChanged);
        world.Status.Message.ShouldBeWorded();
    }

    [Fact]
    public void Plan_says_what_a_prune_and_docker_compose_would_do()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        foreach (var host in world.Hosts)
        {
            var old = world.Old(host.Name);
            old.Config = old.Config with
            {
                Labels = new Dictionary<string, string>(old.Config.Labels!, StringComparer.Ordinal)
                {
                    ["com.docker.compose.project"] = "oms",
                    ["com.docker.compose.service"] = "web",
                    ["com.docker.compose.project.config_files"] = "/opt/oms/docker-compose.yml",
                },
            };
        }

        world.Apply(s => s with { Approval = ApprovalPolicy.Manual });
        world.RunUntil(() => world.Status.Plan is not null, "planned");
        world.Plan.Notes.ShouldContain(n => n.Contains("`docker system prune`", StringComparison.Ordinal) && n.Contains(
            "a rollback needs the old ones: oms_322 on oms-a, oms_322 on oms-b.", StringComparison.Ordinal));
        world.Plan.Notes.ShouldContain(n => n.StartsWith(
            "docker compose made oms_322 on oms-a, oms_322 on oms-b (project oms, service web, file "
            + "/opt/oms/docker-compose.yml). From T1 on `docker compose up`", StringComparison.Ordinal));
        world.Plan.Notes[0].ShouldBeWorded();
        world.Rules.Broken.ShouldBeEmpty();
    }

    private static void Prune(OmsWorld world, bool withImage, bool isDead, Action? meanwhile = null)
    {
        if (isDead)
        {
            world.Lives.Remove(world.Life);
            world.Life.Die();
        }

        var made = world.New("oms-b")!;
        world.Remove(made);
        if (withImage)
        {
            foreach (var reference in made.Host.References.Where(r => r.Value == made.Image.Id).ToList())
            {
                made.Host.References.Remove(reference.Key);
            }

            made.Host.Images.Remove(made.Image.Id);
        }

        meanwhile?.Invoke();
        if (isDead)
        {
            world.Join();
        }
    }

    private static OmsWorld Begin(Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null) =>
        new OmsWorld(new WorldSetup { RealJson = false }).Apply(change);
}
