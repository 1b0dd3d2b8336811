using Drydock.Crds.Common;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Oms;

/// <summary>The correction JAR and docker_init.sh begin only if nothing else works on the same metadata.</summary>
public sealed class CommandAloneTests
{
    [Theory]
    [InlineData("init", "bash /root/docker_init.sh")]
    [InlineData("jar", "java -jar correction-1.0.jar -mupgrade -y/home/admin/conf/config.yaml -ltrue")]
    public void Command_of_somebody_else_is_waited_for_and_asked_about(string kind, string command)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with { HoldBefore = [kind == "jar" ? "CorrectMetadata" : "InitMetadata"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.New("oms-b")!.Commands[17] = command;
        world.EditSpec(s => s with { HoldBefore = [] });
        var id = kind == "jar" ? "CorrectMetadata/oms-a/jar" : "InitMetadata/oms-a";
        world.RunUntil(() => world.Step(id).Reason == Reasons.CommandRunsElsewhere, "it waits");
        world.Step(id).Message.ShouldNotBeNull().ShouldContain($"process 17 in oms_422 on oms-b runs '{command}'");
        world.RunFor(TimeSpan.FromMinutes(3));
        world.Count(kind).ShouldBe(0);

        world.Restart();
        world.New("oms-b")!.Commands.Clear();
        world.RunUntil(() => world.Is("Failed"), "asked");
        (world.ReasonOf("Failed"), world.Count(kind)).ShouldBe(("TargetChanged", 0));
        world.Annotate(Annotations.Retry, "it changed nothing");
        world.RunToSuccess();
        (world.Count("jar"), world.Count("init"), world.Count("restore")).ShouldBe((2, 1, 0));
        world.Rules.Broken.ShouldBeEmpty();
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
            world.Annotate(Annotations.Accept, $"InitMetadata/oms-a@{world.Plan.Hash[7..15]}");
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
        world.Annotate(Annotations.Retry, "run it");
        world.RunToSuccess();
        world.Count("init").ShouldBe(1);
    }
}
