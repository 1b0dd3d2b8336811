using Drydock.Crds.Common;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

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
        world.Step(id).Message.ShouldNotBeNull().ShouldContain($"process 17 in oms_422 on oms-b runs '{Command(kind)}'");
        world.RunFor(TimeSpan.FromMinutes(3));
        world.Count(kind).ShouldBe(0);

        world.Restart();
        world.New("oms-b")!.Commands.Clear();
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

        world.New("oms-b")!.Commands.Clear();
        world["oms-b"].Cut(false);
        world.RunUntil(() => world.Is("Failed") || world.IsOver, "asked");
        (world.ReasonOf("Failed"), world.Count(kind)).ShouldBe(("TargetChanged", 0));
        world.Status.Message.ShouldNotBeNull().ShouldContain("process 17 in oms_422 on oms-b");

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
        var world = new OmsWorld(new WorldSetup { RealJson = false, PeopleMayStartOld = true }).Apply(s => s with { HoldBefore = ["InitMetadata"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.New("oms-a")!.Own["/root/init_flag.txt"] = "success"u8.ToArray();
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "asked");
        (world.ReasonOf("Failed"), world.Count("init")).ShouldBe((Reasons.AlreadyInitialized, 0));
        world.Status.Message.ShouldNotBeNull().ShouldContain("/root/init_flag.txt says 'success'");

        if (accept)
        {
            world.Annotate(Annotations.Accept, world.AcceptWord("InitMetadata/oms-a"));
            world.RunUntil(() => world.Step("InitMetadata/oms-a").State == Drydock.Abstractions.Plans.StepState.Succeeded, "accepted");
            world.Count("init").ShouldBe(0);

            world.Old("oms-b").Start();
            world.RunFor(TimeSpan.FromSeconds(5));
            world.Old("oms-b").Stop(0);
            world.RunUntil(() => world.ReasonOf("Stalled") == "TargetChanged" && world.Is("Failed"), "the old container ran");
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
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with { HoldBefore = [kind == "jar" ? "CorrectMetadata" : "InitMetadata"] });
        world.RunUntil(() => world.Is("Held"), "held");
        return world;
    }

    private static string Id(string kind) => kind == "jar" ? "CorrectMetadata/oms-a/jar" : "InitMetadata/oms-a";

    private static string Command(string kind) =>
        kind == "jar" ? "java -jar correction-1.0.jar -mupgrade -y/home/admin/conf/config.yaml -ltrue" : "bash /root/docker_init.sh";
}
