using System.IO.Compression;
using System.Text.RegularExpressions;
using Drydock.Cli.CommandLine;

namespace Drydock.Tests.Integration.Plugin;

/// <summary>
/// What needs the operator's pod, through a real API server and the kubelet's own streaming code.
/// </summary>
[Collection(CrdServersCollection.Name)]
public sealed partial class OperatorPodTests(CrdServers servers) : IAsyncLifetime
{
    private const int Bytes = 80 * 1024 * 1024;
    private readonly string _space = LabFixture.UniqueName("pod");
    private string _folder = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Images => Path.Combine(_folder, "images");

    public async ValueTask InitializeAsync()
    {
        _folder = servers.Run.FolderFor(_space);
        Directory.CreateDirectory(Images);
        await servers.Old.KubectlAsync(["create", "namespace", _space]);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Archive_is_copied_as_the_page_says()
    {
        const string Place = "oms/oms_422.tar.gz";
        await using var node = await LabNode.StartAsync(
            servers.Run, servers.Old, new LabNodeOptions { Space = _space, Folder = Images }, Token);
        var archive = Path.Combine(_folder, Path.GetFileName(Place));
        await File.WriteAllBytesAsync(archive, RandomNumberGenerator.GetBytes(Bytes), Token);
        var command = Copy().Match(await File.ReadAllTextAsync(Repository.PathOf("docs", "tutorials", "oms.md"), Token))
            .Value
            .Replace("kubectl -n drydock-system", $"\"$0\" -n {_space}", StringComparison.Ordinal)
            .Replace("deploy/drydock-operator", "drydock-operator-0", StringComparison.Ordinal);

        var result = await Shell.TryRunAsync(
            "sh",
            ["-c", $"cd '{_folder}' && {command}", servers.Old.KubectlPath],
            environment: new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["KUBECONFIG"] = servers.Old.AdminKubeconfig
            },
            cancellationToken: Token);

        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldContain(SumOf(archive));
        SumOf(Path.Combine(Images, Place)).ShouldBe(SumOf(archive));
    }

    [Fact]
    public async Task Report_has_the_log_of_the_operator_and_of_the_one_before()
    {
        var logs = new[] { "now", "before" }.ToDictionary(
            n => n, n => Path.Combine(_folder, $"{n}.log"), StringComparer.Ordinal);
        await File.WriteAllTextAsync(logs["now"], "{\"msg\":\"it runs\"}\n", Token);
        await File.WriteAllTextAsync(logs["before"], "{\"msg\":\"it ended\"}\n", Token);
        await using var node = await LabNode.StartAsync(
            servers.Run, servers.Old,
            new LabNodeOptions { Space = _space, Folder = Images, Log = logs["now"], PreviousLog = logs["before"] },
            Token);
        var manifest = Manifests.Upgrade("reported");
        manifest["metadata"]!["namespace"] = _space;
        await servers.Old.KubectlAsync(["create", "--validate=false", "-f", "-"], manifest.ToJsonString());
        var path = Path.Combine(_folder, "report.zip");

        (await new PluginRun(servers.Old.AdminKubeconfig, _space).RunAsync(
            ["report", "reported", "--file", path, "--operator-namespace", _space])).Code.ShouldBe(ExitCodes.Done);

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

    // The command with its input, up to the end of the line.
    [GeneratedRegex(
        "^kubectl -n drydock-system exec -i .*?(\\\\\n.*?)*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Copy();
}
