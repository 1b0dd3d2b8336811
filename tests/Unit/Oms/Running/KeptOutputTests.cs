namespace Drydock.Tests.Unit.Oms;

/// <summary>The end of the output of commands that run once, in Secrets beside the status.</summary>
public sealed class KeptOutputTests
{
    [Fact]
    public void Output_is_named_by_the_write_that_reports_the_end()
    {
        var world = new OmsWorld(new WorldSetup { Jar = RollbackTests.FailingJar }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");

        foreach (var step in CommandSteps(world))
        {
            var first = world.StatusWrites.SelectMany(u => u.Status?.Plan?.Steps ?? [])
                .First(s => s.Id == step.Id && s.State is StepState.Succeeded or StepState.Failed);
            world.Api.Find<V1Secret>(OmsWorld.Namespace, first.Record.OutputRef.ShouldNotBeNull()).ShouldNotBeNull();
        }

        CommandSteps(world).ShouldContain(s => s.State == StepState.Failed);
    }

    [Fact]
    public void Refused_output_is_noted_and_the_upgrade_succeeds()
    {
        var world = new OmsWorld().Apply();
        world.Api.Faults.Add(new ApiFaultRule(ApiFault.Forbidden)
        {
            Verb = "create",
            Where = c => c.Entity is V1Secret { Data: { } data } && data.ContainsKey("output")
        });
        world.RunToSuccess();

        CommandSteps(world).ShouldNotBeEmpty();
        CommandSteps(world).ShouldAllBe(
            s => s.Record.OutputRef == null && s.Message!.Contains("The end of its output was not kept: "));
    }

    private static List<Step> CommandSteps(OmsWorld world) =>
        [.. world.Status.Plan!.Steps.Where(
            s => s.Action is nameof(RunCorrectionJar) or nameof(RunDockerInit) && s.FinishedAt is not null)];
}
