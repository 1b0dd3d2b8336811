namespace Drydock.Tests.EndToEnd;

/// <summary>
/// When the host's dockerd dies under a command that must not run twice, its outcome is unknown, and nothing runs again
/// on that data but only on restored data.
/// </summary>
[Collection(Lanes.Upgrades)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class DockerdFailureTests(StageFixture fixture)
{
    [Fact]
    public async Task Dockerd_killed_during_init_leads_to_snapshot_restore_on_retry()
    {
        var stage = await fixture.ResetAsync();
        await stage.Oms.SetKnobsAsync(new OmsKnobs { InitSeconds = 60 });
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(stage.Manifest(space).ToJsonString());
        await stage.WaitForAsync(
            space, u => u.Phase() == "InitMetadata" && u.Message().Contains("command runs", StringComparison.Ordinal));

        await stage.Hosts[0].RestartAsync(TestContext.Current.CancellationToken);

        var stalled = await stage.WaitForAsync(space, u => u.IsStalled()
            && u.Message().Contains("neither its process nor its exit code", StringComparison.Ordinal));
        stalled.Reason("Stalled").ShouldBe("OutcomeUnknown");
        stalled["status"]!["step"]!.GetValue<string>().ShouldBe("InitMetadata/oms-a");
        (await stage.Oms.CountAsync(OmsEvents.InitStart)).ShouldBe(1);

        await stage.Oms.SetKnobsAsync(new OmsKnobs());
        await stage.ControlPlane.KubectlAsync(
            ["-n", space, "annotate", "omsu", "oms-322-to-422", $"drydock.dev/retry={stalled.RetryWord()}"]);

        var done = await stage.WaitForAsync(space, UpgradeReading.IsOver);
        done["status"]!["approvals"]!.AsArray().Select(a => a!["word"]!.GetValue<string>())
            .ShouldContain(done.WordFor("RestoreDatabases"), "the retry approved the restore of the redo");
        done.Plan()!["steps"]!.AsArray().ShouldContain(s => s!["id"]!.GetValue<string>().StartsWith(
            "RestoreDatabases/", StringComparison.Ordinal) && s["state"]!.GetValue<string>() == "Succeeded");
        (await stage.Oms.CountAsync(OmsEvents.InitStart)).ShouldBe(2);
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
    }
}
