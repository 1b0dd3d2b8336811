namespace Drydock.Tests.EndToEnd.Golden;

/// <summary>
/// What <c>kubectl drydock</c> said to the person who steered the golden run with nothing else. The recording itself
/// fails at an unexpected exit code.
/// </summary>
[Collection(Lanes.Upgrades)]
public sealed class PluginTests(StageFixture fixture)
{
    private const string Name = UpgradeCourse.Name;

    [Fact]
    public async Task New_user_comes_from_init_over_findings_to_a_plan()
    {
        var answers = (await fixture.RecordingAsync()).Answers;

        answers["init"].ShouldContain("check -f");
        answers["init again"].ShouldContain("Nothing was written.");
        answers["secrets of init"].ShouldContain("NOT-A-KEY");
        answers["check"].ShouldContain("ForwardSwitchoverUnknown");
        answers["check"].ShouldContain("spec.preflight.acknowledge");
        answers["check again"].ShouldContain("Nothing prevents this upgrade.");
        answers["left by check"].Trim().ShouldBeEmpty("a check leaves nothing");
    }

    [Fact]
    public async Task Upgrade_is_followed_steered_retried_and_rolled_back()
    {
        var golden = await fixture.RecordingAsync();
        var answers = golden.Answers;

        answers[$"status {Name}"].ShouldContain(
            $"Approve: kubectl drydock approve {Name} StopOld -n {golden.Space}");
        answers[$"plan {Name}"].ShouldContain("point of no return");
        answers[$"approve {Name}"].ShouldContain("Add --yes.", Case.Sensitive, "there is no terminal");
        answers[$"hold {Name} StartNew --yes"].ShouldContain("Set.");
        answers[$"approve {Name} --yes"].ShouldContain("Approved.");
        answers[$"pause {Name} --yes --no-wait"].ShouldContain("Written.");
        answers[$"pause {Name} --yes"].ShouldContain("paused already");
        answers[$"resume {Name} --yes"].ShouldContain("Resumed.");
        answers[$"approve {Name} StartNew --yes"].ShouldContain("Approved.");
        answers["status of failed"].ShouldContain("kubectl drydock explain JarReportedErrors");
        answers["status of failed"].ShouldContain($"kubectl drydock retry {Name} -n {golden.Space}");
        answers["explain"].ShouldContain("JAR");
        answers[$"retry {Name} --yes"].ShouldContain($"Repeats {golden.Space}/{Name} on restored data. This DROPS ");
        var phases = answers[$"status {Name} -w"].Split('\n')
            .Select(line => line.Split("  ").ElementAtOrDefault(1)?.Split(' ')[0]).ToList();
        foreach (var phase in new[] { "CorrectMetadata", "Verify", "Succeeded" })
        {
            phases.ShouldContain(phase);
        }

        answers["status of succeeded"].ShouldContain("was down for");
        answers[$"history {Name}"].ShouldContain("StopOld@");
        answers["one log"].ShouldNotBeEmpty();
        answers[$"rollback {Name} --yes"].ShouldContain("Taken up.");
        answers["status of rolled back"].ShouldContain("RolledBack");
    }
}
