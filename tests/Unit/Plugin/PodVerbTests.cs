using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Uploads;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Tests.Unit.Fakes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>The verbs that need the operator's pod: rights, failures, and what a report contains.</summary>
public sealed class PodVerbTests : IAsyncLifetime
{
    private const string Pods = """
        {"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{
          "metadata":{"name":"drydock-0","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"canary-applied"}},
          "spec":{"containers":[{"name":"operator","args":["--storage-root=/var/lib/drydock/images"],"env":[{"name":"HTTPS_PROXY","value":"canary-proxy"}]},{"name":"mesh"}]},
          "status":{"phase":"Running"}}]}
        """;

    private const string Upgrade = """
        {"apiVersion":"drydock.dev/v1alpha1","kind":"OmsUpgrade","metadata":{"name":"night","namespace":"oms","uid":"u1"},"spec":{"fromVersion":"3.2.2","toVersion":"4.2.2"}}
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drydock-pod-");
    private FakeApiServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Zip => Path.Combine(_folder.FullName, "report.zip");

    public async ValueTask InitializeAsync() => _server = await FakeApiServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Report_has_no_value_of_variable_and_misses_nothing()
    {
        _server.Otherwise(context => AnswerAsync(context, []));

        var (code, text) = await RunAsync(_server.Address, "report", "night", "--file", Zip);

        code.ShouldBe(ExitCodes.Done, text);
        await using var zip = await ZipFile.OpenReadAsync(Zip, Token);
        foreach (var entry in zip.Entries)
        {
            (await TextAsync(entry)).ShouldNotContain("canary", Case.Sensitive, entry.FullName);
        }

        (await TextAsync(zip.GetEntry("operator/drydock-0.log")!)).ShouldBe("log of operator");
        (await TextAsync(zip.GetEntry("operator/pods.json")!)).ShouldContain("HTTPS_PROXY");
        (await TextAsync(zip.GetEntry("missing.txt")!)).ShouldBe("Nothing is missing.\n");
        Directory.GetFiles(_folder.FullName, "*.partial").ShouldBeEmpty();
    }

    [Fact]
    public async Task Report_that_fails_leaves_no_file()
    {
        await Should.ThrowAsync<IOException>(() => Drydock.Cli.Reports.ReportFile.WriteAsync(Zip, async stream =>
        {
            await stream.WriteAsync("half"u8.ToArray(), Token);
            throw new IOException("no space");
        }));
        Directory.GetFiles(_folder.FullName).ShouldBeEmpty();

        await File.WriteAllTextAsync(Zip, "mine", Token);
        (await Should.ThrowAsync<CliException>(() => Drydock.Cli.Reports.ReportFile.WriteAsync(Zip, _ => Task.CompletedTask))).ExitCode.ShouldBe(ExitCodes.Refused);
        (await File.ReadAllTextAsync(Zip, Token)).ShouldBe("mine");
    }

    [Theory]
    [InlineData("You may not get and create pods/exec in namespace drydock-system.", "get", "create")]
    [InlineData("You may not get pods/exec in namespace drydock-system.", "get")]
    [InlineData("You may not create pods/exec in namespace drydock-system.", "create")]
    public async Task Upload_names_missing_right(string expected, params string[] missing)
    {
        _server.Otherwise(context => AnswerAsync(context, missing));

        var (code, text) = await UploadAsync(_server.Address);

        code.ShouldBe(ExitCodes.Failed);
        text.ShouldContain(expected);
    }

    [Fact]
    public async Task Server_that_is_not_reached_is_a_sentence()
    {
        var (code, text) = await UploadAsync(new Uri("http://127.0.0.1:1/"));

        code.ShouldBe(ExitCodes.Failed);
        text.ShouldContain("The API server was not reached: ");
        text.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Program_runs_in_pod_through_common_connections()
    {
        List<string> names = [];
        _server.Otherwise(context =>
        {
            names.Add(context.Request.Host.Host);
            return context.Request.Path.Value!.EndsWith("/exec", StringComparison.Ordinal) ? ExecAsync(context) : AnswerAsync(context, []);
        });
        using var client = PackageClient.Create(
            new k8s.KubernetesClientConfiguration { Host = _server.Address.AbsoluteUri, TlsServerName = "api.example" }, new KubernetesClientOptions());

        var pod = await OperatorPod.FindAsync(client, "drydock-system", Token);
        var result = await pod.RunAsync(["stat"], null, Token);

        (result.ExitCode, result.Output).ShouldBe((0, "12"));
        names.ShouldBe(["api.example", "api.example"]);
    }

    // A server that lacks a right to exec answers 403 to it, too.
    private static Task AnswerAsync(HttpContext context, string[] missing) => context.Request.Path.Value! switch
    {
        var path when path.EndsWith("/pods", StringComparison.Ordinal) => WriteAsync(context, 200, Pods),
        var path when path.EndsWith("/exec", StringComparison.Ordinal) => WriteAsync(context, 403, FakeApiServer.Status(403, "Forbidden")),
        var path when path.EndsWith("/selfsubjectaccessreviews", StringComparison.Ordinal) => ReviewAsync(context, missing),
        var path when path.EndsWith("/log", StringComparison.Ordinal) => context.Request.Query["previous"] == "true"
            ? WriteAsync(context, 400, FakeApiServer.Status(400, "BadRequest", "previous terminated container not found"))
            : WriteAsync(context, 200, $"log of {context.Request.Query["container"]}"),
        var path when path.EndsWith("/omsupgrades/night", StringComparison.Ordinal) => WriteAsync(context, 200, Upgrade),
        var path when path.EndsWith("/databaserollingupgrades/night", StringComparison.Ordinal) => WriteAsync(context, 404, FakeApiServer.Status(404, "NotFound")),
        "/version" => WriteAsync(context, 200, """{"gitVersion":"v1.30.0"}"""),
        _ => WriteAsync(context, 200, """{"metadata":{},"items":[]}"""),
    };

    private static async Task ReviewAsync(HttpContext context, string[] missing)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var isAllowed = !missing.Any(verb => body.Contains($"\"verb\":\"{verb}\"", StringComparison.Ordinal));
        await WriteAsync(context, 201, $$$"""{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","spec":{},"status":{"allowed":{{{(isAllowed ? "true" : "false")}}}}}""");
    }

    // As the kubelet does: one byte says the channel, 1 is standard output, 3 the result.
    private static async Task ExecAsync(HttpContext context)
    {
        var key = context.Request.Headers["Sec-WebSocket-Key"].ToString();
#pragma warning disable CA5350 // RFC 6455 demands SHA-1.
        context.Response.Headers["Sec-WebSocket-Accept"] = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes($"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers["Sec-WebSocket-Protocol"] = context.Request.Headers["Sec-WebSocket-Protocol"];
        await using var stream = await context.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
        foreach (var (channel, text) in new[] { (1, "12"), (3, "{\"status\":\"Success\"}") })
        {
            await stream.WriteAsync((byte[])[0x82, (byte)(text.Length + 1), (byte)channel, .. Encoding.ASCII.GetBytes(text)]);
        }

        await stream.WriteAsync((byte[])[0x88, 2, 0x03, 0xE8]);
        await stream.FlushAsync();
        await stream.ReadExactlyAsync(new byte[8]);
    }

    private static async Task WriteAsync(HttpContext context, int code, string body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    }

    private static async Task<string> TextAsync(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(await entry.OpenAsync(Token));
        return await reader.ReadToEndAsync(Token);
    }

    private async Task<(int Code, string Text)> UploadAsync(Uri server)
    {
        var archive = Path.Combine(_folder.FullName, "oms.tar.gz");
        await File.WriteAllTextAsync(archive, "content", Token);
        return await RunAsync(server, "upload", archive, "--yes");
    }

    private async Task<(int Code, string Text)> RunAsync(Uri server, params string[] words)
    {
        var kubeconfig = Path.Combine(_folder.FullName, "kubeconfig");
        await File.WriteAllTextAsync(
            kubeconfig,
            $$$"""
            current-context: c
            contexts: [{name: c, context: {cluster: c, namespace: oms}}]
            clusters: [{name: c, cluster: {server: "{{{server}}}"}}]
            """,
            Token);
        await using var output = new StringWriter();
        var code = await DrydockCommand.Create(CliRuns.Plain(output)).Parse([.. words, "--kubeconfig", kubeconfig]).InvokeAsync(cancellationToken: Token);
        return (code, output.ToString());
    }
}
