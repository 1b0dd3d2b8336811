using Drydock.Lab.Databases.Scenarios;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>What anybody with an account on a database host could see while the operator works there.</summary>
[Collection(Lanes.Databases)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class RemoteSecretsTests(DatabaseStageFixture fixture)
{
    private const string Password = "canary-sql-password";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secrets_are_absent_from_host_command_lines_and_operator_output()
    {
        var stage = await fixture.ResetAsync();
        var bmdb = YugabyteScenarioOptions.Bmdb;
        await using var scenario = await YugabyteScenario.StartAsync(
            stage.Run, bmdb with { Cluster = bmdb.Cluster with { Name = "sec", Knobs = new() { SqlPassword = Password } } }, Token);
        var key = scenario.Hosts[0].KeyPem.Split('\n')[1];
        var watches = scenario.Hosts.Select(host => new ArgumentWatch(host.ProcessId, environment: false)).ToList();
        await using var op = stage.StartOperator();
        await using var local = new ArgumentWatch(op.Process.Id);
        var space = await stage.NewNamespaceAsync(scenario);
        var manifest = scenario.Manifest(space);

        // Far enough that everything that needs a login was asked: the databases for their extensions, and a server was
        // swapped.
        manifest["spec"]!["holdBefore"] = new System.Text.Json.Nodes.JsonArray("UpgradeTServers");
        await stage.ApplyAsync(manifest);
        var held = await stage.WaitForAsync(space, scenario, u => UpgradeReading.IsHeld(u) || UpgradeReading.IsStalled(u), cancellationToken: Token);
        UpgradeReading.IsHeld(held).ShouldBeTrue(UpgradeReading.Message(held) + string.Join("; ", UpgradeReading.Findings(held)));

        var remote = string.Join('\n', await Task.WhenAll(watches.Select(watch => watch.EndAsync())));
        remote.ShouldContain("bsqlsh", Case.Sensitive, "the watch must see what runs there");
        var said = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["command lines on the hosts"] = remote,
            ["command lines and environments of the operator's children"] = await local.EndAsync(),
            ["log"] = op.Log,
            ["status"] = held.ToJsonString(),
            ["events"] = await stage.ControlPlane.KubectlAsync(["-n", space, "get", "events", "-o", "yaml"]),
            ["what the cluster was asked"] = string.Join('\n', scenario.Directory.Record()),
        };
        said.Where(place => place.Value.Contains(Password, StringComparison.Ordinal) || place.Value.Contains(key, StringComparison.Ordinal)).Select(place => place.Key).ShouldBeEmpty();
    }
}
