using System.IO.Compression;
using System.Security.Cryptography;
using Drydock.Cli.CommandLine;
using Drydock.Lab;
using Drydock.Tests.Integration.Crds;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Plugin;

/// <summary>
/// The verbs that need the operator's pod, through a real API server and the kubelet's own streaming code.
/// </summary>
[Collection(CrdServersCollection.Name)]
public sealed class UploadTests(CrdServers servers) : IAsyncLifetime
{
    private const int Bytes = 80 * 1024 * 1024;
    private const int Part = 32 * 1024 * 1024;
    private readonly string _space = LabFixture.UniqueName("upload");
    private string _folder = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Images => Path.Combine(_folder, "images");

    private string Archive => Path.Combine(_folder, "oms_422.tar.gz");

    private string Folder => Path.Combine(Images, _space);

    private string Arrived => Path.Combine(Folder, "oms_422.tar.gz");

    public async ValueTask InitializeAsync()
    {
        _folder = servers.Run.FolderFor(_space);
        Directory.CreateDirectory(Images);
        await File.WriteAllBytesAsync(Archive, RandomNumberGenerator.GetBytes(Bytes), Token);
        await servers.Old.KubectlAsync(["create", "namespace", _space]);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Interrupted_upload_continues_and_is_done_once()
    {
        await using var node = await LabNode.StartAsync(servers.Run, servers.Old, new LabNodeOptions { Space = _space, Folder = Images, StallAfter = Part / 2 }, Token);

        var upload = UploadAsync(Archive);
        await await Task.WhenAny(node.UntilStalledAsync(Token), upload);
        upload.IsCompleted.ShouldBeFalse(upload.IsCompleted ? (await upload).Text : "");
        Directory.GetFiles(Folder).Select(Path.GetFileName).ShouldHaveSingleItem()!.ShouldStartWith(".oms_422.tar.gz.");
        await node.CrashAsync(Token);
        var (code, text) = await upload;

        code.ShouldBe(ExitCodes.Done, text);
        text.ShouldContain("The connection to the operator's pod was lost:");
        text.ShouldContain("Tries again in 1 s.");
        text.ShouldContain($"sha256: \"{SumOf(Archive)}\"");
        SumOf(Arrived).ShouldBe(SumOf(Archive));
        Directory.GetFiles(Folder).ShouldBe([Arrived], "nothing is left over");

        var written = File.GetLastWriteTimeUtc(Arrived);
        (await UploadAsync(Archive)).Text.ShouldContain("is there already, with the same content.");
        File.GetLastWriteTimeUtc(Arrived).ShouldBe(written);
    }

    [Fact]
    public async Task Upload_of_a_later_process_continues_and_other_content_is_kept_unless_it_may_be_replaced()
    {
        await using var node = await LabNode.StartAsync(servers.Run, servers.Old, new LabNodeOptions { Space = _space, Folder = Images }, Token);
        await using (var begun = File.Create(Path.Combine(Directory.CreateDirectory(Folder).FullName, $".oms_422.tar.gz.{SumOf(Archive)[..16]}.part")))
        {
            await begun.WriteAsync((await File.ReadAllBytesAsync(Archive, Token)).AsMemory(0, Part + 1000), Token);
        }

        var (code, text) = await UploadAsync(Archive);
        code.ShouldBe(ExitCodes.Done, text);
        text.ShouldContain("Continues after 32 MiB.");
        SumOf(Arrived).ShouldBe(SumOf(Archive));

        await File.WriteAllTextAsync(Archive, "another release", Token);
        (await UploadAsync(Archive)).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(ExitCodes.Refused), r => r.Text.ShouldContain("exists in the operator's pod with other content"));
        new FileInfo(Arrived).Length.ShouldBe(Bytes);
        (await UploadAsync(Archive, "--replace")).Code.ShouldBe(ExitCodes.Done);
        (await File.ReadAllTextAsync(Arrived, Token)).ShouldBe("another release");
    }

    [Fact]
    public async Task Damaged_content_is_removed_and_missing_things_are_named()
    {
        (await UploadAsync(Archive)).Text.ShouldContain($"No pod of the operator runs in namespace {_space}.");
        await using var node = await LabNode.StartAsync(servers.Run, servers.Old, new LabNodeOptions { Space = _space, Folder = Images }, Token);
        await File.WriteAllBytesAsync(Path.Combine(Directory.CreateDirectory(Folder).FullName, $".oms_422.tar.gz.{SumOf(Archive)[..16]}.part"), new byte[Part], Token);

        var (code, text) = await UploadAsync(Archive);
        code.ShouldBe(ExitCodes.Failed, text);
        text.ShouldContain("It was removed.");
        Directory.GetFiles(Folder).ShouldBeEmpty();

        (await UploadAsync(Archive, "--directory", "/var/lib/absent")).Text
            .ShouldContain("/var/lib/absent is not in a storage root of the operator. Its roots: /var/lib/drydock/images.");
        var asked = await new PluginRun(servers.Old.AdminKubeconfig, _space).RunAsync(["upload", Archive, "--operator-namespace", _space]);
        asked.ShouldSatisfyAllConditions(r => r.Code.ShouldBe(ExitCodes.Refused), r => r.Text.ShouldContain("Add --yes."));

        await servers.Old.KubectlAsync(["-n", _space, "create", "serviceaccount", "reader"]);
        await servers.Old.KubectlAsync(["-n", _space, "create", "role", "reader", "--verb=get,list", "--resource=pods"]);
        await servers.Old.KubectlAsync(["-n", _space, "create", "rolebinding", "reader", "--role=reader", $"--serviceaccount={_space}:reader"]);
        var reader = await servers.Old.CreateServiceAccountKubeconfigAsync(_space, "reader", Path.Combine(_folder, "reader.kubeconfig"), cancellationToken: Token);
        await Deadline.UntilAsync(
            "the role to count",
            async token => (await servers.Old.TryKubectlAsync(["--kubeconfig", reader, "-n", _space, "get", "pod"], cancellationToken: token)).ExitCode == 0,
            cancellationToken: Token);
        (await new PluginRun(reader, _space).RunAsync(["upload", Archive, "--yes", "--operator-namespace", _space])).Text
            .ShouldContain($"You may not get and create pods/exec in namespace {_space}.");
    }

    [Fact]
    public async Task Report_has_the_log_of_the_operator_and_of_the_one_before()
    {
        var logs = new[] { "now", "before" }.ToDictionary(n => n, n => Path.Combine(_folder, $"{n}.log"), StringComparer.Ordinal);
        await File.WriteAllTextAsync(logs["now"], "{\"msg\":\"it runs\"}\n", Token);
        await File.WriteAllTextAsync(logs["before"], "{\"msg\":\"it ended\"}\n", Token);
        await using var node = await LabNode.StartAsync(
            servers.Run, servers.Old, new LabNodeOptions { Space = _space, Folder = Images, Log = logs["now"], PreviousLog = logs["before"] }, Token);
        var manifest = Manifests.Upgrade("reported");
        manifest["metadata"]!["namespace"] = _space;
        await servers.Old.KubectlAsync(["create", "--validate=false", "-f", "-"], manifest.ToJsonString());
        var path = Path.Combine(_folder, "report.zip");

        (await new PluginRun(servers.Old.AdminKubeconfig, _space).RunAsync(["report", "reported", "--file", path, "--operator-namespace", _space])).Code.ShouldBe(ExitCodes.Done);

        await using var report = await ZipFile.OpenReadAsync(path, Token);
        (await TextAsync(report, "operator/drydock-operator-0.log")).ShouldContain("it runs");
        (await TextAsync(report, "operator/drydock-operator-0.previous.log")).ShouldContain("it ended");
        (await TextAsync(report, "missing.txt")).ShouldBe("Nothing is missing.\n");
    }

    private static async Task<string> TextAsync(ZipArchive zip, string entry)
    {
        using var reader = new StreamReader(await zip.GetEntry(entry)!.OpenAsync(Token));
        return await reader.ReadToEndAsync(Token);
    }

    private static string SumOf(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    private Task<(int Code, string Text)> UploadAsync(string file, params string[] more) =>
        new PluginRun(servers.Old.AdminKubeconfig, _space).RunAsync(["upload", file, "--yes", "--operator-namespace", _space, .. more]);
}
