using System.Text.Json.Nodes;
using Drydock.Lab;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>The commands of quickstart.md upgrade an OMS, and change no file of the repository.</summary>
[Collection(Lanes.Upgrades)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class QuickstartPageTests(StageFixture fixture)
{
    private const string Account = "drydock_quickstart", Password = "canary-quickstart-5c1e";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [RunsPage("docs/tutorials/oms.md")]
    public async Task Commands_of_the_page_upgrade_OMS()
    {
        var stage = await fixture.ResetAsync();
        await stage.MetaDb.CreateUserAsync(Account, Password, cancellationToken: Token);
        await using var op = stage.StartOperator();
        await op.WaitUntilReadyAsync();
        var page = await PageRun.StartAsync(stage.Run, stage.ControlPlane, Repository.Root, "quickstart", Token);
        foreach (var (name, value) in Variables(stage))
        {
            page.Variables[name] = value;
        }

        var blocks = await page.RunPageAsync("docs/tutorials/oms.md", cancellationToken: Token);

        blocks.Count.ShouldBe(11);
        page.ChangedFiles().ShouldBeEmpty();
        var done = JsonNode.Parse(await stage.ControlPlane.KubectlAsync(["-n", "oms", "get", "omsu", "oms-322-to-422", "-o", "json"], cancellationToken: Token))!;
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
            ["ACCOUNT"] = Account,
            ["PASSWORD"] = Password,
            ["IMAGE"] = stage.Oms.To.Tag,
            ["HOST_IP"] = stage.Hosts[0].Address,
            ["DOCKER_PORT"] = stage.Hosts[0].Endpoint.Split(':')[^1],
            ["SNAPSHOTS"] = stage.Snapshots,
        };
    }
}
