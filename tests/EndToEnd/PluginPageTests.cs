namespace Drydock.Tests.EndToEnd;

/// <summary>
/// The commands of cli.md and from-the-runbook.md: the plugin is built as one file, put into PATH, and leads
/// from a running container to the upgraded OMS.
/// </summary>
[Collection(Lanes.Upgrades)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class PluginPageTests(StageFixture fixture)
{
    private const string Plugin = "docs/reference/cli.md", Runbook = "docs/how-to/from-the-runbook.md";

    // From the first look to the end.
    private const string Upgrade =
        """
        kubectl create namespace oms
        kubectl drydock init oms --docker "$DOCKER" --tls "$CERTIFICATES" --image "$IMAGE" --to-version 4.2.2-bp1 -f upgrade.yaml
        fill-in upgrade.yaml upgrade-secrets.yaml
        kubectl drydock check -f upgrade.yaml -n oms
        kubectl -n oms apply -f upgrade.yaml
        kubectl drydock wait oms-322-to-422 -n oms --for Held
        kubectl drydock approve oms-322-to-422 Plan -n oms --yes
        kubectl drydock wait oms-322-to-422 -n oms --for Held --timeout 3h
        kubectl drydock approve oms-322-to-422 DisableHA -n oms --yes
        kubectl drydock status oms-322-to-422 -n oms -w
        kubectl drydock history oms-322-to-422 -n oms
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [RunsPage("docs/reference/cli.md")]
    [RunsPage("docs/how-to/from-the-runbook.md")]
    public async Task Commands_of_the_pages_build_the_plugin_and_upgrade_OMS()
    {
        var stage = await fixture.ResetAsync();
        await using var op = stage.StartOperator();
        var page = await PageRun.StartAsync(stage.Run, stage.ControlPlane, Repository.Root, "plugin-pages", Token);
        (page.Variables["DOCKER"], page.Variables["CERTIFICATES"], page.Variables["IMAGE"]) =
            (stage.Hosts[0].Endpoint, stage.Hosts[0].ClientFolder, stage.Oms.To.Tag);
        page.Variables["PROGRAMS"] = await ProgramsAsync(page);

        // What the lab has where the page has other names, the findings of every OMS 3.2.2 that its owner judges, and
        // the Secret with its values.
        page.Fake(
            "fill-in",
            $"""
            echo '  preflight: {"{"}acknowledge: [ForwardSwitchoverUnknown, SyncProjectsWithoutDbType]{"}"}' >>"$1"
            grep -q NOT-A-KEY "$2"
            kubectl -n oms create secret generic docker-tls --from-file=ca.crt="$CERTIFICATES/ca.pem" --from-file=tls.crt="$CERTIFICATES/cert.pem" --from-file=tls.key="$CERTIFICATES/key.pem"
            """);

        // NuGet's configuration and packages.
        page.Variables["HOME"] = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var built = await page.RunPageAsync(Plugin, block => block.Heading == "Install", Token);
        page.Variables.Remove("HOME");
        built[0].Output.ShouldContain("linux-amd64: ");
        (await page.RunAsync(
            "head -c 4 \"$PROGRAMS/kubectl-drydock\" | tail -c 3; ls artifacts/cli/linux-amd64", "test", Token))
            .ShouldBe("ELFLICENSE\nkubectl-drydock\nkubectl_complete-drydock\n", "it is one file, and completion");
        (await page.RunAsync("sed -n 's/.*sha256: //p' artifacts/cli/krew/drydock.yaml; sha256sum "
            + "artifacts/cli/*.tar.gz | cut -d' ' -f1", "test", Token))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();

        (await page.RunPageAsync(Runbook, cancellationToken: Token)).ShouldHaveSingleItem().Output
            .ShouldContain("Nothing prevents this upgrade.");
        await page.RunAsync("kubectl delete namespace oms\nrm upgrade.yaml upgrade-secrets.yaml", "test", Token);
        var used = await page.RunAsync(Upgrade, "test", Token);

        page.NotRun(Plugin).ShouldBeEmpty();
        page.NotRun(Runbook).ShouldBeEmpty();
        used.ShouldContain("Approved.");
        used.ShouldContain("DisableHA@");
        used.ShouldContain("Succeeded");
        (await stage.Oms.ReadStateAsync()).SchemaVersion.ShouldBe("4.2.2");
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        page.ChangedFiles().ShouldBeEmpty();
        await stage.ControlPlane.KubectlAsync(["delete", "namespace", "oms", "--wait=false"], cancellationToken: Token);
    }

    private static async Task<string> ProgramsAsync(PageRun page) =>
        Path.GetDirectoryName((await page.RunAsync("command -v kubectl-drydock", "test", Token)).Trim())!;
}
