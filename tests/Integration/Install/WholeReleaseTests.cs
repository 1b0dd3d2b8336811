namespace Drydock.Tests.Integration.Install;

/// <summary>
/// What <c>make release-dry</c> makes, whole: both architectures and all plugins. It is pushed to a registry, installed
/// from its folder alone with kubectl and Helm, and upgrades an OMS, by the script that runs on kind too.
/// </summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class WholeReleaseTests
{
    private const string Repo = "example-owner/drydock";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Release_is_complete_and_its_folder_alone_installs_an_operator_that_upgrades_OMS()
    {
        await using var stage = await UpgradeStage.StartAsync(
            new StageOptions { Checkout = Repository.Root, OperatorAssembly = "none: the image runs", Hosts = 2 },
            cancellationToken: Token);
        await using var registry = await LabRegistry.StartAsync(stage.Run, "registry-release", Token);
        await using var host = await DockerHost.StartAsync(stage.Run, "node-release", cancellationToken: Token);
        var work = stage.Run.FolderFor("release");
        var release = new ReleaseFolder(Path.Combine(work, "dist"), $"{registry.Address}/drydock", Repo);
        await Shell.RunAsync(
            "make",
            [
                "--no-print-directory", "-C", Repository.Root, "release-dry", $"REGISTRY={registry.Address}/drydock",
                $"REPO={Repo}", $"DIST={release.PathOf("")}"
            ],
            environment: new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["CLI_PUBLISHED"] = await UnservedAsync(work)
            },
            cancellationToken: Token);
        await release.VerifyAsync(Token);
        await PushAsync(work, registry, release);
        await RemoveInstallationAsync(stage.ControlPlane);
        var manifest = Path.Combine(work, "oms.json");
        await File.WriteAllTextAsync(manifest, (await ReleaseManifest.WriteAsync(
            stage.Oms, Path.GetDirectoryName(stage.Hosts[0].Client.KeyPath)!, Token)).ToJsonString(), Token);

        ShellResult used;
        await using (var kubelet = DeploymentRunner.Start(
            stage.Run, stage.ControlPlane, host, registry.DockerConfigJson))
        {
            used = await Shell.TryRunAsync(
                "bash", [Repository.PathOf("tests", "release.sh"), release.PathOf(""), manifest],
                environment: await EnvironmentAsync(stage, release, work), cancellationToken: Token);
            used.ExitCode.ShouldBe(0, $"{used.Output}{used.Error}{await kubelet.LogAsync()}");
        }

        used.Output.ShouldEndWith("== done\n");
        (await stage.Oms.ReadStateAsync()).SchemaVersion.ShouldBe("4.2.2");
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
    }

    // A registry may lack the runtime of a system. Its plugin is then a few bytes, and the output of the test names it.
    private static async Task<string> UnservedAsync(string work)
    {
        var folder = Path.Combine(work, "unserved");
        foreach (var system in new[] { "linux-x64", "linux-arm64", "osx-x64", "osx-arm64", "win-x64", "win-arm64" })
        {
            var restored = await Shell.TryRunAsync(
                "dotnet",
                [
                    "restore", Repository.PathOf("src", "Cli", "Cli.csproj"), "-r", system,
                    "-p:NuGetLockFilePath=obj/publish.lock.json",
                    "-p:RestoreLockedMode=false", $"-p:ArtifactsPath={Path.Combine(work, "restored")}",
                ],
                cancellationToken: Token);
            if (restored.Output.Contains("NU1101", StringComparison.Ordinal))
            {
                var program = Path.Combine(
                    folder, system,
                    system.StartsWith("win", StringComparison.Ordinal) ? "kubectl-drydock.exe" : "kubectl-drydock");
                Directory.CreateDirectory(Path.GetDirectoryName(program)!);
                await File.WriteAllTextAsync(program, "The runtime of this system is not served here.\n", Token);
                TestContext.Current.SendDiagnosticMessage(
                    $"{system}: the plugin was not compiled, its runtime is not served here");
            }
        }

        return folder;
    }

    // The stage installs from the checkout; nothing of that may be left.
    private static async Task RemoveInstallationAsync(ControlPlane plane)
    {
        await plane.KubectlAsync(["delete", "-k", Repository.PathOf("config", "rbac")], cancellationToken: Token);
        await plane.KubectlAsync(["delete", "-k", Repository.PathOf("config", "crd")], cancellationToken: Token);
    }

    private static async Task PushAsync(string work, LabRegistry registry, ReleaseFolder release)
    {
        var login = Path.Combine(work, "auth.json");
        await File.WriteAllTextAsync(login, registry.DockerConfigJson, Token);
        await Shell.RunAsync(
            "skopeo",
            [
                "copy", "--all", "--preserve-digests", "--dest-authfile", login, "--dest-tls-verify=false",
                $"oci-archive:{release.PathOf($"drydock-operator-{ReleaseFolder.Version}.tar")}",
                $"docker://{release.Image.Split('@')[0]}",
            ],
            cancellationToken: Token);
    }

    // The server 1.20 knows neither the rules of the CRDs nor the chart's Kubernetes; docs/how-to/install.md says so.
    private static async Task<Dictionary<string, string?>> EnvironmentAsync(
        UpgradeStage stage, ReleaseFolder release, string work)
    {
        await Shell.RunAsync(
            "tar", ["-xzf", release.PathOf($"drydock-{ReleaseFolder.Version}.tgz"), "-C", work],
            cancellationToken: Token);
        await Shell.RunAsync(
            "sed",
            ["-i", "s/^kubeVersion: .*/kubeVersion: \">=1.20.0-0\"/", Path.Combine(work, "drydock", "Chart.yaml")],
            cancellationToken: Token);
        return new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["PATH"] =
                $"{Path.GetDirectoryName(stage.ControlPlane.KubectlPath)}:{Environment.GetEnvironmentVariable("PATH")}",
            ["KUBECONFIG"] = stage.ControlPlane.AdminKubeconfig,
            ["KUBECTL_FLAGS"] = "--validate=false",
            ["HELM"] = (await Recipes.RunAsync("kube-clients.sh", Token))["helm3"],
            ["HELM_FLAGS"] = "--disable-openapi-validation",
            ["CHART"] = Path.Combine(work, "drydock"),
        };
    }
}
