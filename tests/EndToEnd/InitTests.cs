using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary><c>kubectl drydock init oms</c> on an OMS that runs: what it writes comes to a plan.</summary>
[Collection(Lanes.Upgrades)]
public sealed class InitTests(StageFixture fixture)
{
    private const int Done = 0;
    private const int Found = 4;
    private const int Refused = 6;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Manifest_of_OMS_comes_to_plan_once_findings_are_acknowledged()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        var user = new Plugin(stage.ControlPlane.AdminKubeconfig, space);
        var file = Path.Combine(stage.Run.FolderFor($"init-{space}"), "upgrade.yaml");
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        var host = stage.Hosts[0];

        string[] look = ["init", "oms", "--docker", host.Endpoint, "--tls", host.ClientFolder, "--image", stage.Oms.To.Tag, "--to-version", stage.Oms.To.ImageVersion, "--file", file];
        (await user.RunLocalAsync(Done, look)).ShouldContain("check -f");
        (await user.RunLocalAsync(Refused, look)).ShouldContain("Nothing was written.");
        (await File.ReadAllTextAsync(SecretsOf(file), Token)).ShouldContain("NOT-A-KEY");
        await stage.Operator.ApplySecretsAsync(space, [StageSecret.Opaque(
            "docker-tls",
            ("ca.crt", await File.ReadAllTextAsync(host.Client.AuthorityPath, Token)),
            ("tls.crt", await File.ReadAllTextAsync(host.Client.CertificatePath, Token)),
            ("tls.key", await File.ReadAllTextAsync(host.Client.KeyPath, Token)))]);
        var manifest = new WrittenManifest(file);
        await manifest.FillAsync("/var/lib/drydock/snapshots", stage.Snapshots);

        // Projects of the lab that only their owner can judge.
        var found = await user.RunAsync(Found, "check", "-f", file);
        found.ShouldContain("ForwardSwitchoverUnknown");
        found.ShouldContain("spec.preflight.acknowledge");
        await manifest.AddAsync("  preflight: {acknowledge: [ForwardSwitchoverUnknown, SyncProjectsWithoutDbType]}\n");
        (await user.RunAsync(Done, "check", "-f", file)).ShouldContain("Nothing prevents this upgrade.");
    }

    private static string SecretsOf(string file) => file.Replace(".yaml", "-secrets.yaml", StringComparison.Ordinal);
}
