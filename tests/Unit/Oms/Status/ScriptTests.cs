namespace Drydock.Tests.Unit.Oms;

/// <summary>What docs/reference/conditions.md says about scripts: without Reconciling every wait ends, and Ready tells
/// how it ended.</summary>
public sealed class ScriptTests
{
    [Theory]
    [InlineData("Succeeded", true, "Succeeded", false, false)]
    [InlineData("RolledBack", true, "RolledBack", false, false)]
    [InlineData("RolledBackAfterFailure", false, "RolledBackAfterFailure", true, true)]
    [InlineData("Failed", false, "RestoreRequired", true, true)]
    [InlineData("OutcomeUnknown", false, "OutcomeUnknown", true, true)]
    [InlineData("RollbackFailed", false, "RollbackFailed", true, true)]
    [InlineData("Aborted", false, "Aborted", true, true)]
    [InlineData("PreflightFailed", false, "ContainerNotFound", true, false)]
    [InlineData("TargetChanged", false, "TargetChanged", true, false)]
    [InlineData("Unreadable", false, "OutcomeUnknown", true, false)]
    public void Reconciling_goes_at_every_end_and_stall(
        string end, bool ready, string reason, bool stalled, bool failed)
    {
        var world = At(end);

        world.Is("Reconciling").ShouldBeFalse();
        (world.Is("Ready"), world.ReasonOf("Ready"))
            .ShouldBe((ready, end == "Succeeded" ? "SucceededWithActions" : reason));
        (world.Is("Stalled"), world.Is("Failed"), world.Is("Held")).ShouldBe((stalled, failed, false));
        world.Status.Conditions.ShouldAllBe(c => c.Type == "Ready" || c.Status == "True");
        world.Status.Conditions.Find(c => c.Type == "Ready")!.ObservedGeneration
            .ShouldBe(world.Upgrade.Metadata.Generation);
    }

    [Theory]
    [InlineData("Planned", true)]
    [InlineData("Held", true)]
    [InlineData("ManualChange", true)]
    [InlineData("Paused", false)]
    [InlineData("Running", false)]
    public void Run_that_continues_keeps_Reconciling_True(string at, bool held)
    {
        var world = At(at);

        (world.Is("Reconciling"), world.Is("Ready"), world.Is("Stalled")).ShouldBe((true, false, false));
        world.Is("Held").ShouldBe(held);
    }

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
                world.Apply(s => s with { Approval = ApprovalPolicy.Manual });
                world.RunUntil(() => world.Is("Held"), state);
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
