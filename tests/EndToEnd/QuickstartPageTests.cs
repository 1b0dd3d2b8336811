namespace Drydock.Tests.EndToEnd;

/// <summary>
/// The commands of the tutorial upgrade an OMS, print what the page shows, and change no file of the repository.
/// </summary>
[Collection(Lanes.Upgrades)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class QuickstartPageTests(StageFixture fixture)
{
    private const string Page = "docs/tutorials/oms.md";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [RunsPage("docs/tutorials/oms.md")]
    public async Task Commands_of_the_page_upgrade_OMS()
    {
        var stage = await fixture.ResetAsync();
        await using var op = stage.StartOperator();
        await op.WaitUntilReadyAsync();
        var page = await PageRun.StartAsync(stage.Run, stage.ControlPlane, Repository.Root, "quickstart", Token);
        foreach (var (name, value) in Variables(stage))
        {
            page.Variables[name] = value;
        }

        page.Names[stage.Oms.To.Tag] = "registry.example/oms:feature_4.2.2";
        page.Names[stage.Oms.From.Tag] = "registry.example/oms:feature_3.2.2";
        page.Names[stage.Snapshots] = "/var/lib/drydock/snapshots";
        page.Names[stage.Hosts[0].Endpoint] = "tcp://192.0.2.16:2376";
        foreach (var (host, index) in stage.Hosts.Select((host, index) => (host.Address, index)))
        {
            page.Names[host] = $"192.0.2.{16 + index}";
            page.Names[host.Replace('.', '-')] = $"192-0-2-{16 + index}";
        }

        await page.RunPageAsync(Page, cancellationToken: Token);

        page.NotRun(Page).ShouldBeEmpty();
        page.ChangedFiles().ShouldBeEmpty();
        var done = JsonNode.Parse(await stage.ControlPlane.KubectlAsync(
            ["-n", "oms", "get", "omsu", "oms-322-to-422", "-o", "json"], cancellationToken: Token))!;
        done.Condition("Succeeded").ShouldBe("True");
        (await stage.Oms.ReadStateAsync()).SchemaVersion.ShouldBe("4.2.2");
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        await stage.ControlPlane.KubectlAsync(["delete", "namespace", "oms", "--wait=false"], cancellationToken: Token);
    }

    private static Dictionary<string, string> Variables(UpgradeStage stage)
    {
        var certificates = stage.Run.FolderFor("quickstart-certificates");
        File.Copy(stage.Hosts[0].Client.AuthorityPath, Path.Combine(certificates, "ca.pem"));
        File.Copy(stage.Hosts[0].Client.CertificatePath, Path.Combine(certificates, "cert.pem"));
        File.Copy(stage.Hosts[0].Client.KeyPath, Path.Combine(certificates, "key.pem"));
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CERTIFICATES"] = certificates,
            ["IMAGE"] = stage.Oms.To.Tag,
            ["HOST_IP"] = stage.Hosts[0].Address,
            ["DOCKER_PORT"] = stage.Hosts[0].Endpoint.Split(':')[^1],
            ["SNAPSHOTS"] = stage.Snapshots,
        };
    }
}
