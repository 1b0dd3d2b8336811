using System.Diagnostics;
using System.Globalization;
using Drydock.Lab;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>
/// The first run of a new user, with nothing but <c>kubectl</c> and the plugin: a manifest of one's own by <c>init</c>,
/// findings and plan by <c>check</c>, an approval, a failure that is explained and retried, a rollback.
/// </summary>
[Collection(Lanes.Upgrades)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class FirstRunTests(StageFixture fixture, ITestOutputHelper output)
{
    private const int Done = 0;
    private const int Found = 4;
    private const int Held = 5;
    private const int Refused = 6;
    private const string Name = "oms-322-to-422";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task New_user_comes_from_init_to_upgrade_and_back()
    {
        var stage = await fixture.ResetAsync();
        await stage.Oms.SetKnobsAsync(new OmsKnobs { Jar = new OmsFault("errors", Times: 1) }, stage.Oms.Nodes[0].Host);
        var before = (await stage.Oms.ReadStateAsync()).DatabaseText();
        var space = await stage.NewNamespaceAsync();
        var user = new Plugin(stage.ControlPlane.AdminKubeconfig, space);
        var manifest = new WrittenManifest(Path.Combine(stage.Run.FolderFor($"init-{space}"), "upgrade.yaml"));
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        var watch = Stopwatch.StartNew();
        void Reached(string what) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed:mm\\:ss} {what}"));

        await InitAsync(stage, space, user, manifest);
        Reached("manifest and Secrets written");

        // Projects of the lab that only their owner can judge.
        var found = await user.RunAsync(Found, "check", "-f", manifest.File);
        found.ShouldContain("ForwardSwitchoverUnknown");
        found.ShouldContain("spec.preflight.acknowledge");
        Reached("findings listed");
        await manifest.AddAsync("  preflight: {acknowledge: [ForwardSwitchoverUnknown, SyncProjectsWithoutDbType]}\n");
        (await user.RunAsync(Done, "check", "-f", manifest.File)).ShouldContain("Nothing prevents this upgrade.");
        Reached("plan shown");

        await manifest.FillAsync("mode: Plan", "mode: Apply");
        await stage.ControlPlane.KubectlAsync(["-n", space, "apply", "--validate=false", "-f", manifest.File]);
        await stage.WaitForAsync(space, u => u.Condition("Held") == "True");
        (await user.RunAsync(Held, "status", Name)).ShouldContain($"Release it: kubectl drydock approve {Name} StopOld -n {space}");
        Reached("held before the downtime");
        (await user.RunAsync(Done, "approve", Name, "StopOld", "--yes")).ShouldContain("Approved.");

        await stage.WaitForAsync(space, u => u.Reason("Failed") == "JarReportedErrors");
        var failed = await user.RunAsync(Found, "status", Name);
        failed.ShouldContain("kubectl drydock explain JarReportedErrors");
        failed.ShouldContain($"kubectl drydock retry {Name} -n {space}");
        (await user.RunLocalAsync(Done, "explain", "JarReportedErrors")).ShouldContain("JAR");
        Reached("failure explained");
        (await user.RunAsync(Done, "retry", Name, "--yes")).ShouldContain($"Continues {space}/{Name}");
        (await user.RunAsync(Done, "status", Name, "-w")).ShouldContain("Succeeded");
        Reached("upgraded");

        (await user.RunAsync(Done, "rollback", Name, "--yes")).ShouldContain("Taken up.");
        await stage.WaitForAsync(space, u => u.Condition("Held") == "True");
        (await user.RunAsync(Done, "approve", Name, "--all", "--yes")).ShouldContain("Approved.");
        await stage.WaitForAsync(space, u => u.Phase() == "RolledBack");
        (await user.RunAsync(Done, "status", Name)).ShouldContain("RolledBack");
        Reached("rolled back");
        (await stage.Oms.ReadStateAsync()).DatabaseText().ShouldBe(before);
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
    }

    /// <summary>Applies the Secret that a written manifest names, with the values of the lab.</summary>
    internal static async Task ApplyDockerSecretAsync(UpgradeStage stage, string space, DockerHost host) =>
        await stage.Operator.ApplySecretsAsync(space, [StageSecret.Opaque(
            "docker-tls",
            ("ca.crt", await File.ReadAllTextAsync(host.Client.AuthorityPath, Token)),
            ("tls.crt", await File.ReadAllTextAsync(host.Client.CertificatePath, Token)),
            ("tls.key", await File.ReadAllTextAsync(host.Client.KeyPath, Token)))]);

    private static async Task InitAsync(UpgradeStage stage, string space, Plugin user, WrittenManifest manifest)
    {
        var host = stage.Hosts[0];
        string[] look =
        [
            "init", "oms", "--docker", host.Endpoint, "--tls", host.ClientFolder, "--image", stage.Oms.To.Tag,
            "--to-version", stage.Oms.To.ImageVersion, "--name", Name, "--file", manifest.File,
        ];
        (await user.RunLocalAsync(Done, look)).ShouldContain("check -f");
        (await user.RunLocalAsync(Refused, look)).ShouldContain("Nothing was written.");

        var secrets = await File.ReadAllTextAsync(manifest.File.Replace(".yaml", "-secrets.yaml", StringComparison.Ordinal), Token);
        secrets.ShouldContain("NOT-A-KEY");
        await ApplyDockerSecretAsync(stage, space, host);
        await manifest.FillAsync("/var/lib/drydock/snapshots", stage.Snapshots);
    }
}
