using Drydock.Tests.Integration.Clients.Snapshots;
using static Drydock.Tests.Integration.Pages.PageStatus;

namespace Drydock.Tests.Integration.Pages;

/// <summary>The commands of back-up-and-restore.md. Snapshots of a real server are opened with standard
/// tools.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class BackupPageTests(LabFixture lab, MariaDbServer server)
{
    private const string Page = "docs/how-to/back-up-and-restore.md", Restore = "Restore", Space = "oms", Database =
        "rm_340";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [RunsPage("docs/how-to/back-up-and-restore.md")]
    public async Task Snapshot_is_taken_copied_and_opened_without_Drydock()
    {
        var run = await lab.RunAsync();
        using var storage = new TemporaryStorage();
        var (identity, recipient) = Stock.NewIdentity();
        var dumped = await SampleDatabase.CreateAsync(server, rows: 30);
        var content = SampleDatabase.Content(server, dumped);
        var plain = await TakeAsync(storage, "plain", dumped, DumpToolKind.MySqlDump);
        var sealedOne = await TakeAsync(storage, "sealed", dumped, DumpToolKind.MySqlDump, recipient);
        var parallel = await TakeAsync(storage, "parallel", dumped, DumpToolKind.MyDumper, recipient);
        await using var plane = await StartAsync(run, "kube-backup");
        var page = await PageRun.StartAsync(run, plane, Repository.Root, "backup", Token);
        await InstallAsync(page);
        var volume = run.FolderFor("backup-volume");
        Directory.CreateDirectory(Path.Combine(volume, Space, "nightly"));
        await File.WriteAllTextAsync(Path.Combine(volume, Space, "nightly", "manifest.json"), "{}", Token);
        await using var node = await LabNode.StartAsync(
            run, plane,
            new LabNodeOptions { Space = "drydock-system", Folder = volume, MountPath = "/var/lib/drydock/snapshots" },
            Token);
        (page.Placeholders["NAME"], page.Placeholders["NS"]) = ("oms-metadata", Space);
        page.Variables["SUM"] = plain.Sum;
        page.Variables["DUMP"] = Together(run.FolderFor("backup-dump"), plain.Path, sealedOne.Path);
        page.Variables["MYDUMPER"] = parallel.Path;
        page.Variables["IDENTITY"] = Path.Combine(run.FolderFor("backup-identity"), "key.txt");
        await File.WriteAllTextAsync(page.Variables["IDENTITY"], identity, Token);
        await File.WriteAllTextAsync(
            Path.Combine(Path.GetDirectoryName(page.Folder)!, ".my.cnf"),
            $"[client]\nsocket={server.Socket}\nuser=root\n[mysql]\nsocket={server.Socket}\nuser=root\n", Token);

        var outputs = await page.RunPageAsync(Page, block => block.Heading != Restore, Token);

        page.NotRun(Page).ShouldHaveSingleItem("the other test runs it");
        SampleDatabase.Content(server, Database)
            .ShouldBe(content, "the last one was restored from the files of mydumper");
        outputs.Single(o => o.Block.Text.Contains("df -h", StringComparison.Ordinal)).Output
            .ShouldContain("/var/lib/drydock/snapshots");
        (await page.RunAsync($"cat {page.Folder}/snapshot/manifest.json", "test", Token)).ShouldContain("{}");
        var snapshot = JsonNode.Parse(await plane.KubectlAsync(
            ["-n", Space, "get", "snap", "oms-metadata", "-o", "json"], cancellationToken: Token))!;
        ((string?)snapshot["metadata"]!["annotations"]!["drydock.dev/retry"],
            (string?)snapshot["spec"]!["deletionPolicy"]).ShouldBe(("2", "Retain"));
        page.ChangedFiles().ShouldBeEmpty();
    }

    [Fact]
    [RunsPage("docs/how-to/back-up-and-restore.md")]
    public async Task Restore_is_looked_at_and_approved_as_it_was_shown()
    {
        var run = await lab.RunAsync();
        await using var plane = await StartAsync(run, "kube-restore");
        var page = await PageRun.StartAsync(run, plane, Repository.Root, "restore", Token);
        await InstallAsync(page);
        page.Placeholders["NAME"] = "oms-metadata-back";

        var commands = page.RunPageAsync(Page, block => block.Heading == Restore, Token);
        await Deadline.UntilAsync(
            "applied", async _ => commands.IsCompleted || await SpecAsync(plane) is not null, cancellationToken: Token);
        await StoreAsync(plane, Space, "snapshotrestores", "oms-metadata-back", new JsonObject
        {
            ["phase"] = "Planned",
            ["holds"] = new JsonArray(new JsonObject
            {
                ["name"] = "Restore",
                ["approval"] = "Restore@0123abcd.1",
                ["consent"] = "Drops rm_340.",
            }),
            ["conditions"] = new JsonArray(
                Condition("Held", "True", "PlanReady"), Condition("Succeeded", "True", "Succeeded"))
        });

        (await commands).ShouldHaveSingleItem().Output.ShouldContain("Drops rm_340.");
        ((string?)JsonNode.Parse(await plane.KubectlAsync(
            ["-n", Space, "get", "snaprestore", "oms-metadata-back", "-o", "json"],
            cancellationToken: Token))!["metadata"]!["annotations"]!["drydock.dev/approve"])
            .ShouldBe("Restore@0123abcd.1");
    }

    private static async Task<JsonNode?> SpecAsync(ControlPlane plane)
    {
        var answer = await plane.TryKubectlAsync(
            ["-n", Space, "get", "snaprestore", "oms-metadata-back", "-o", "json"], cancellationToken: Token);
        return answer.ExitCode == 0 ? JsonNode.Parse(answer.Output)!["spec"] : null;
    }

    private static Task<ControlPlane> StartAsync(LabRun run, string name) =>
        ControlPlane.StartAsync(run, new ControlPlaneOptions { Name = name, Controllers = false }, Token);

    private static Task<string> InstallAsync(PageRun page) =>
        page.RunAsync(
            $"make install IMAGE=registry.example/drydock-operator:0.1.0 && kubectl create namespace {Space}", "test",
            Token);

    private async Task<(string Path, string Sum)> TakeAsync(
        TemporaryStorage storage, string id, string database, DumpToolKind tool, params string[] recipients)
    {
        var location = storage.At(id);
        var manifest = await new Snapshotter().TakeAsync(
            new SnapshotRequest
            {
                Location = location,
                Connection = server.Options(),
                Databases = [database],
                Tool = tool,
                Recipients = recipients
            },
            Token);
        return (storage.FileOf(location, manifest.Databases[0]), manifest.Databases[0].File.Sha256);
    }

    // The files as the page names them: rm_340.XXXXXXXX.sql.gz, and the same encrypted.
    private static string Together(string folder, params string[] files)
    {
        foreach (var file in files)
        {
            File.Copy(file, Path.Combine(
                folder,
                Database + Path.GetFileName(file)[Path.GetFileName(file).IndexOf('.', StringComparison.Ordinal)..]));
        }

        return folder;
    }
}
