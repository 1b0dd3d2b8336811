using Drydock.Lab.Databases.TiDb;
using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>
/// The commands of the tutorials lead from one address to the upgraded database and print what the pages show, and
/// those of the engines' pages and of finish-by-hand.md read what was done. Every way to write a manifest comes to a
/// plan.
/// </summary>
[Collection(Support.Lanes.TiDb)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class DatabasePageTests(DatabaseStageFixture fixture)
{
    private const string Spaces = "tidb,yugabyte,bmdb", ByHand = "docs/how-to/finish-by-hand.md";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [RunsPage("docs/tutorials/tidb.md")]
    [RunsPage("docs/explanation/tidb.md")]
    public async Task Commands_of_the_pages_upgrade_TiDB()
    {
        const string Name = "tidb-to-3-0-9";
        var stage = await fixture.ResetAsync();
        await using var scenario = await TiDbScenario.StartAsync(
            stage.Run, new TiDbScenarioOptions { Cluster = new TiDbClusterOptions { Name = "tip" } }, Token);
        await using var op = stage.StartOperator();
        var page = await StartAsync(stage, scenario, "quickstart-tidb");
        page.Variables["SEED"] = scenario.Cluster.Instance("pd-1").Host.Address;

        // The lab has a backup from elsewhere: a reader who has one replaces the line that init wrote.
        page.Fake("fill-in", FillIn(
            scenario, "tidb", @"-e 's|^  tidb:|&\n    tuneScheduling: {stableFor: 1s}|' "
                + @"-e 's|^    backup: .*|  preflight: {acknowledge: [NoBackup]}|'"));

        await page.RunPageAsync("docs/tutorials/tidb.md", cancellationToken: Token);

        page.NotRun("docs/tutorials/tidb.md").ShouldBeEmpty();
        var done = await stage.GetAsync("tidb", Name);
        done.IsOver("Succeeded").ShouldBeTrue(done["status"]!.ToJsonString());
        done["status"]!["instances"]!.AsArray()
            .ShouldAllBe(i => i!["version"]!.GetValue<string>() == scenario.ToVersion);
        (await scenario.ViolationsAsync(Token)).ShouldBeEmpty();

        page.Fake("pd-ctl");
        foreach (var (word, value) in new[]
        {
            ("NAME", Name), ("NS", "tidb"), ("PD", scenario.Hosts[0].Address), ("N", "4"), ("MEMBER", "pd-1"),
            ("PRIORITY", "5")
        })
        {
            page.Placeholders[word] = value;
        }

        var tidb = scenario.Cluster.Instance("tidb-1");
        page.Variables["TIDB"] = tidb.Http("/").Authority;
        await page.RunPageAsync("docs/explanation/tidb.md", cancellationToken: Token);

        page.NotRun("docs/explanation/tidb.md").ShouldBeEmpty();
        await ThereIsNoRollbackAsync(page);
        var outputs = await page.RunPageAsync(ByHand, block => block.Heading == "TiDB", Token);
        outputs.ShouldHaveSingleItem().Output.ShouldContain("5.7.25-TiDB-v3.0.9");
        page.Calls.Count(call => call.StartsWith("pd-ctl ", StringComparison.Ordinal)).ShouldBe(6);
        await EndAsync(stage);
    }

    [Fact]
    [RunsPage("docs/tutorials/yugabytedb.md")]
    [RunsPage("docs/explanation/yugabytedb.md")]
    public async Task Commands_of_the_pages_upgrade_YugabyteDB()
    {
        const string Name = "yugabyte-to-2-20-7-0-b58";
        var stage = await fixture.ResetAsync();
        var options = YugabyteScenarioOptions.Yugabyte;
        await using var scenario = await YugabyteScenario.StartAsync(
            stage.Run, options with { ToVersion = "2.20.7.0-b58", Cluster = options.Cluster with { Name = "ybp" } },
            Token);
        options = YugabyteScenarioOptions.Bmdb;
        await using var bmdb = await YugabyteScenario.StartAsync(
            stage.Run, options with { Cluster = options.Cluster with { Name = "bmp" } }, Token);
        await using var op = stage.StartOperator();
        var page = await StartAsync(stage, scenario, "quickstart-yugabyte");
        page.Variables["SEED"] = scenario.Cluster.Masters[0].WebAddress;
        page.Variables["BMDB"] = bmdb.Cluster.Masters[0].WebAddress;
        page.Fake("fill-in", FillIn(
            scenario, "yugabyte",
            @"-e 's|^  access:|  yugabyte: {catalogRetryPause: 1s, sql: {database: yugabyte}}\n&|'"));
        page.Fake("fill-in-bmdb", FillIn(bmdb, "bmdb"));
        await stage.ControlPlane.KubectlAsync(["create", "namespace", "bmdb"], cancellationToken: Token);
        await stage.Operator.ApplySecretsAsync("bmdb", bmdb.Secrets);

        await page.RunPageAsync("docs/tutorials/yugabytedb.md", cancellationToken: Token);

        page.NotRun("docs/tutorials/yugabytedb.md").ShouldBeEmpty();
        var done = await stage.GetAsync("yugabyte", Name);
        done.IsOver("Succeeded").ShouldBeTrue(done["status"]!.ToJsonString());
        (await scenario.ViolationsAsync(Token)).ShouldBeEmpty();
        scenario.Cluster.State().Tservers.ShouldAllBe(s => s.Version == scenario.ToVersion && s.Up);

        var server = scenario.Cluster.Tservers[0];
        (page.Placeholders["NAME"], page.Placeholders["NS"], page.Placeholders["MASTERS"]) =
            (Name, "yugabyte", scenario.Cluster.MasterAddresses);
        (page.Variables["TSERVER"], page.Variables["TSERVER_PAGES"]) = (server.RpcAddress, server.WebAddress);
        page.Fake(
            "yb-admin", "ssh -n -i \"$FILES/id_ed25519\" -o UserKnownHostsFile=\"$FILES/known_hosts\" "
                + $"{server.Host.User}@{server.Host.Address} "
                + $"{scenario.Cluster.DirectoryOf(scenario.ToVersion)}/bin/yb-admin \"$@\"");
        await page.RunPageAsync("docs/explanation/yugabytedb.md", cancellationToken: Token);

        page.NotRun("docs/explanation/yugabytedb.md").ShouldBeEmpty();
        await ThereIsNoRollbackAsync(page);
        var outputs = await page.RunPageAsync(ByHand, block => block.Heading == "YugabyteDB and BMDB", Token);
        var looked = outputs.ShouldHaveSingleItem().Output;
        looked.ShouldContain(scenario.Cluster.Masters[0].RpcAddress);
        looked.ShouldContain("2.20.7.0");
        await EndAsync(stage);
    }

    private static async Task<PageRun> StartAsync(DatabaseStage stage, IDatabaseScenario scenario, string name)
    {
        var page = await PageRun.StartAsync(stage.Run, stage.ControlPlane, Repository.Root, name, Token);
        var files = stage.Run.FolderFor($"{name}-files");
        foreach (var (key, value) in scenario.Secrets.SelectMany(secret => secret.Values))
        {
            await File.WriteAllTextAsync(
                Path.Combine(
                    files, key switch { "ssh-privatekey" => "id_ed25519", "password" => "password.txt", _ => key }),
                value, Token);
        }

        File.SetUnixFileMode(Path.Combine(files, "id_ed25519"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        page.Variables["FILES"] = files;
        foreach (var (host, index) in scenario.Hosts.Select((host, index) => (host.Address, index)))
        {
            page.Names[host] = $"192.0.2.{11 + index}";
            page.Names[host.Replace('.', '-')] = $"192-0-2-{11 + index}";
        }

        return page;
    }

    // The upgrade has succeeded, and the exit code says so.
    private static Task<string> ThereIsNoRollbackAsync(PageRun page) =>
        page.RunAsync(
            $"kubectl drydock rollback {page.Placeholders["NAME"]} -n {page.Placeholders["NS"]} --yes --no-wait || "
            + "test $? -eq 6",
            "test", Token);

    // What the comments of the written manifest ask for, and settling times for the lab's clock.
    private static string FillIn(IDatabaseScenario scenario, string archive, string more = "")
    {
        var package = scenario.Manifest("any")["spec"]!["package"]!;
        var one = package["archives"]![0]!;
        return $$"""
            grep -q '^    - name: {{archive}}$' "$1"
            sed -i -e 's|^    directory: .*|    directory: {{package["directory"]}}|' \
              -e 's|path: /var/lib/drydock/images|path: {{one["storage"]!["directory"]!["path"]}}|' \
              -e 's|^      path: .*|      path: {{one["path"]}}|' \
              -e 's|^      sha256: .*|      sha256: "{{one["sha256"]}}"|' \
              -e 's|user: [a-z]*|user: {{scenario.Hosts[0].User}}|' \
              -e 's|^  engine: .*|&\n  minHealthySeconds: 1\n  drain: {timeout: 1m}|' {{more}} "$1"
            """;
    }

    private static Task<string> EndAsync(DatabaseStage stage) =>
        stage.ControlPlane.KubectlAsync(
            ["delete", "namespace", "--ignore-not-found", "--wait=false", .. Spaces.Split(',')],
            cancellationToken: Token);
}
