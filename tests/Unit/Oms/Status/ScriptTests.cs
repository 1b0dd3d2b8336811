namespace Drydock.Tests.Unit.Oms;

/// <summary>What docs/reference/conditions.md says about scripts: Reconciling=False ends every wait, and Ready tells
/// how it ended.</summary>
public sealed class ScriptTests
{
    [Theory]
    [InlineData("Succeeded", true, "Succeeded", false)]
    [InlineData("Planned", true, "PlanReady", false)]
    [InlineData("RolledBack", true, "RolledBack", false)]
    [InlineData("RolledBackAfterFailure", false, "RolledBackAfterFailure", true)]
    [InlineData("Failed", false, "RestoreRequired", true)]
    [InlineData("OutcomeUnknown", false, "OutcomeUnknown", true)]
    [InlineData("RollbackFailed", false, "RollbackFailed", true)]
    [InlineData("Aborted", false, "Aborted", true)]
    [InlineData("PreflightFailed", false, "ContainerNotFound", false)]
    [InlineData("TargetChanged", false, "TargetChanged", false)]
    [InlineData("Unreadable", false, "OutcomeUnknown", false)]
    public void Wait_for_Reconciling_False_ends_at_every_end_and_stall(
        string end, bool ready, string reason, bool failed)
    {
        var world = At(end);

        Status(world, "Reconciling").ShouldBe("False");
        (Status(world, "Ready"), world.ReasonOf("Ready"))
            .ShouldBe((ready ? "True" : "False", end == "Succeeded" ? "SucceededWithActions" : reason));
        (Status(world, "Stalled"), Status(world, "Failed"), Status(world, "Held"))
            .ShouldBe((ready ? "False" : "True", failed ? "True" : "False", "False"));
        world.Status.Conditions.Find(c => c.Type == "Ready")!.ObservedGeneration
            .ShouldBe(world.Upgrade.Metadata.Generation);
    }

    [Theory]
    [InlineData("Held", true)]
    [InlineData("ManualChange", true)]
    [InlineData("Paused", false)]
    [InlineData("Running", false)]
    public void Run_that_continues_keeps_Reconciling_True(string at, bool held)
    {
        var world = At(at);

        (Status(world, "Reconciling"), Status(world, "Ready"), Status(world, "Stalled"))
            .ShouldBe(("True", "False", "False"));
        world.Is("Held").ShouldBe(held);
    }

    private static string Status(OmsWorld world, string type) =>
        world.Status.Conditions.Single(c => c.Type == type).Status;

    private static OmsWorld At(string state)
    {
        var world = new OmsWorld(new WorldSetup
        {
            Jar = state is "RolledBackAfterFailure" or "Failed" or "RollbackFailed"
                ? RollbackTests.FailingJar
                : static (_, _) => (0, ""),
            PeopleMayStartOld = true
        });
        switch (state)
        {
            case "Succeeded":
                world.Apply().RunToSuccess();
                break;
            case "Planned":
                world.Apply(s => s with { Mode = RunMode.Plan });
                world.RunUntil(() => world.Is("Planned"), state);
                break;
            case "RolledBack":
                world.Apply();
                world.RunUntil(() => world.Count("create") > 0, "begun");
                world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
                world.RunToRolledBack();
                break;
            case "RolledBackAfterFailure":
                world.Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure }).RunToRolledBack();
                break;
            case "RollbackFailed":
                world.Setup.ProgramDies = static (c, p) => !c.IsUpgrade && p == "sshd" && c.Host.Name == "oms-b";
                world.Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
                world.RunUntil(() => world.ReasonOf("Stalled") == state, state);
                break;
            case "Failed":
                world.Apply().RunToStall();
                break;
            case "OutcomeUnknown" or "Unreadable":
                world.Apply();
                world.RunUntil(() => world.Count("init") == 1, "docker_init.sh");
                world.RunFor(TimeSpan.FromSeconds(5));
                if (state == "OutcomeUnknown")
                {
                    world["oms-a"].RestartDockerd();
                }
                else
                {
                    world["oms-a"].Cut(off: true);
                }

                world.RunToStall();
                break;
            case "Aborted":
                world.Apply();
                world.RunUntil(() => world.Count("snapshot") == 1, "past T1");
                world.Annotate(Annotations.Abort, "1");
                world.RunToStall();
                break;
            case "PreflightFailed":
                world.Old("oms-b").Name = "oms_other";
                world.Apply().RunToStall();
                break;
            case "TargetChanged":
                world.Apply();
                world.RunUntil(() => world.Count("snapshot") == 1, "the dump");
                world.Old("oms-b").Start();
                world.RunToStall();
                break;
            case "Held":
                world.Apply(s => s with { HoldBefore = ["StopOld"] });
                world.RunUntil(() => world.Is("Held"), state);
                break;
            case "ManualChange":
                world.Apply(s => s with
                {
                    HighAvailability =
                        s.HighAvailability with { Method = Drydock.Crds.OmsUpgrades.HighAvailabilityMethod.Manual }
                });
                world.RunUntil(() => world.Is("Held"), state);
                break;
            case "Paused":
                world.Apply(s => s with { Paused = true });
                world.RunUntil(() => world.ReasonOf("Reconciling") == "Paused", state);
                break;
            default:
                world.Apply();
                world.RunUntil(() => world.Count("init") == 1, "docker_init.sh");
                break;
        }

        return world;
    }
}
